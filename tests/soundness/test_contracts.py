"""Which statuses a test expects of which endpoints, and what of that was edited."""

import ast
from textwrap import dedent

import pytest

from gatecheck.soundness.contracts import contract_changes, expected_statuses


def function_of(source: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """Give the first function of a source."""
    nodes = ast.walk(ast.parse(dedent(source)))
    return next(node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def body(*lines: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """Give a test with these lines."""
    return function_of("async def test_it(client):\n" + "".join(f"    {line}\n" for line in lines))


def told(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, tuple[int, ...]]]:
    """Give endpoints and statuses."""
    return [(one.endpoint, one.statuses) for one in expected_statuses(function)]


@pytest.mark.parametrize(
    "lines",
    [
        ("r = client.get('/x')", "assert r.status_code == 404"),
        ("assert client.get('/x').status_code == 404",),
        ("r = client.get('/x')", "assert 404 == r.status_code, r.text"),
        ("r = client.get('/x')", "assert r.status == '404 NOT FOUND'"),
        ("r = client.get('/x')", "assert r.status_code == HTTPStatus.NOT_FOUND"),
        ("r = client.get('/x')", "assert r.status_code == http.HTTPStatus.NOT_FOUND.value"),
        ("r = client.get('/x')", "assert r.status_code == status.HTTP_404_NOT_FOUND"),
        ("r = await client.get('/x')", "assert r.status == 404"),
        ("async with client.get('/x') as r:", "    assert r.status == 404"),
        ("r = self.client.get('/x?a=1')", "self.assertEqual(r.status_code, 404)"),
        ("r = self.client.get('/x')", "self.assertEqual(404, r.status_code)"),
        ("r = self.client.get('/x')", "self.assertContains(r, 'lost', status_code=404)"),
        ("r = self.client.get('/x')", "self.assert404(r)"),
        ("r = self.client.get('/x')", "self.assertStatus(r, 404)"),
        ("url = '/x'", "missing = 404", "r = client.get(url)", "assert r.status_code == missing"),
        ("app.get('/x', status=404)",),
        ("r = client.request('GET', '/x')", "assert r.status_code == 404"),
        ("r = client.get(url='/x')", "assert r.status_code == 404"),
    ],
)
def test_a_status_is_read_however_it_is_asked_for(lines: tuple[str, ...]) -> None:
    """With the request that it answers."""
    assert told(body(*lines)) == [("GET /x", (404,))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("r = client.post(f'/x/{n}/y')", "assert r.status_code in (401, 403)"), [("POST /x/{}/y", (401, 403))]),
        (
            ("r = client.put(reverse('x', args=[1]))", "assert r.status_code == 400"),
            [("PUT reverse('x', args=[1])", (400,))],
        ),
        (("r = client.get(self.url)", "assert r.status_code == 400"), [("GET self.url", (400,))]),
        (("r = client.delete('/x/' + key)", "assert r.status_code == 204"), [("DELETE /x/{}", (204,))]),
        (("with pytest.raises(NotFound):", "    view(1)"), [("", (404,))]),
        (("with self.assertRaises(web.HTTPForbidden):", "    view(1)"), [("", (403,))]),
        (
            ("with pytest.raises(HTTPException) as e:", "    view(1)", "assert e.value.status_code == 409"),
            [("", (409,))],
        ),
        (("assert cache.get('key') == 404",), []),
        (("assert order.status == 3", "assert order.code == 'x'", "assert len(found) == 404"), []),
        (("r = client.get('/x')", "assert r.json() == {'status': 404}"), []),
    ],
)
def test_other_endpoints_and_what_is_none(lines: tuple[str, ...], expected: list[tuple[str, tuple[int, ...]]]) -> None:
    """Paths with parts that vary, names of routes, exceptions; keys and numbers of another kind are none."""
    assert told(body(*lines)) == expected


def test_the_rows_of_a_parametrised_test_are_read() -> None:
    """With or without `pytest.param`."""
    found = told(
        function_of(
            """
            @pytest.mark.parametrize("url, code", [("/a", 404), pytest.param("/b", 403, id="b")])
            def test_it(client, url, code):
                assert client.get(url).status_code == code
            """
        )
    )

    assert found == [("GET /a", (404,)), ("GET /b", (403,))]


def test_what_an_endpoint_answers_otherwise_is_told() -> None:
    """Not a request that was added, taken away or moved, nor another endpoint."""
    one, other = ("assert client.get('/{}').status_code == {}".format(*pair) for pair in (("a", 404), ("b", 200)))
    new = one.replace("404", "200")
    edits = [((one, other), (other, new)), ((one, other), (other, one)), ((one,), (one, new)), ((one,), (other,))]
    found = [[(c.endpoint, c.before, c.after) for c in contract_changes(body(*a), body(*b))] for a, b in edits]

    assert found == [[("GET /a", (404,), (200,))], [], [], []]
