"""Tests that cannot fail, and honest ones that look like them."""

import pytest

from gatecheck.model import Severity
from sound import body, found

FLAKY = """
def flaky(test):
    def tried(*args):
        for _ in range(3):
            try:
                return test(*args)
            except AssertionError:
                {end}
    return tried

"""


def method(*lines: str) -> str:
    """Give a test of unittest with these lines."""
    return "class TestFee:\n    def test_fee(self):\n" + "".join(f"        {line}\n" for line in lines)


ERRORS = {
    "message-no-text": [
        method("self.assertTrue(fee(1), 2)"),
        method("some = fee(1)", "self.assertTrue(some, some)"),
        method("self.assertFalse(fee(1), [])"),
        method("self.assertTrue(fee(1), fee(1) == 2)"),
        method("self.assertIsNone(fee(1), -1)"),
        method("wanted = [1, 2]", "self.assertTrue(fee(1), wanted)"),
        method("self.assertEqual(fee(1), 2, 3)"),
        body("assert fee(1), 2"),
        body("assert fee(1), {'a': 1}"),
    ],
    "assertion-not-made": [
        method("self.assertEqual(fee(1), 2)", "self.assertTrue"),
        method("self.assertEqual(fee(1), 2)", "self.assertRaises(ValueError)", "fee('x')"),
        method("self.assertEqual(fee(1), 2)", "self.assertRaisesRegex(ValueError, 'x')", "fee('x')"),
        body("assert fee(1) == 2", "pytest.raises(ValueError)", "fee('x')"),
        body("assert fee(1) == 2", "pytest.warns(UserWarning, match='x')", "fee('x')"),
    ],
    "constant-assertion": [
        body("assert 'x' in 'xyz'"),
        body("assert 3 not in (1, 2)"),
        body("fee(1)", "assert True"),
        body("assert 1 == 1"),
        body("assert 'x'"),
        body("assert f'fee {a}'"),
        body("assert fee(1) or True"),
        body("assert fee(1) == 2 or not fee(1) == 2"),
        body("assert len(fee(1)) >= 0"),
        body("assert len(fee(1)) > -1"),
        body("assert 0 <= len(fee(1))"),
        body("assert (x == 2 for x in fee(1))"),
        body("assert lambda: fee(1) == 2"),
        body("assert [fee(1) == 2]"),
        body("assert isinstance(fee(1), object)"),
        body("expected = 2", "assert expected == 2"),
        body("assert fee(1) == 2 or fee(1) != 2"),
        body("assert True if fee(1) else True"),
        body("assert all([])"),
        body("assert any([fee(1), True])"),
        body("assert bool('x')"),
        body("assert {'fee': fee(1)}"),
        body("assert (x := True)"),
        body("expected = (1, 2)", "assert expected == (1, 2)"),
        body("check = fee(1) == 2, 'wrong'", "assert check"),
        body("assert fee(1) == mock.ANY"),
        "class TestFee:\n    def test_fee(self):\n        self.assertTrue(True)\n",
        "class TestFee:\n    def test_fee(self):\n        self.assertEqual(2, 2)\n",
        "class TestFee:\n    def test_fee(self):\n        self.assertIsNone(None)\n",
    ],
    "tuple-assertion": [body("assert (fee(1) == 2, 'wrong')")],
    "unreachable-assertions": [
        body("fee(1)", "return", "assert fee(1) == 2"),
        body("if False:", "    assert fee(1) == 2"),
        body("if 0:", "    assert fee(1) == 2"),
        body("for x in []:", "    assert fee(x) == 2"),
        body("for x in range(0):", "    assert fee(x) == 2"),
        body("while False:", "    assert fee(1) == 2"),
        body("def check():", "    assert fee(1) == 2"),
        body("if __name__ == '__main__':", "    assert fee(1) == 2"),
        body("try:", "    return", "finally:", "    fee(1)", "assert fee(1) == 2"),
        body("if a:", "    return", "else:", "    return", "assert fee(1) == 2"),
    ],
    "swallowed-assertion": [
        body("try:", "    assert fee(1) == 3", "except AssertionError:", "    pass"),
        body("try:", "    assert fee(1) == 3", "except Exception as e:", "    print(e)", "else:", "    print(1)"),
        body("try:", "    assert fee(1) == 3", "finally:", "    return"),
        body("try:", "    assert fee(1) == 3", "except (ValueError, Exception) as e:", "    print(e)"),
        body("try:", "    assert fee(1) == 3", "except:", "    return"),
        body("with contextlib.suppress(AssertionError):", "    assert fee(1) == 3"),
        FLAKY.format(end="time.sleep(1)") + "@flaky\n" + body("assert fee(1) == 3"),
        body("with pytest.raises(AssertionError):", "    assert fee(1) == 3"),
        body("with pytest.raises(Exception):", "    assert fee(1) == 3"),
    ],
    "assertion-left-out": [
        body("with contextlib.suppress(TypeError, ValueError):", "    assert fee(1) is not None"),
        body("try:", "    x = fee(1)", "    assert x == 2", "except ValueError:", "    pass"),
    ],
    "self-comparison": [
        body("assert fee(1) == fee(1)"),
        body("assert fees.fee(1) == fees.fee(1)"),
        method("self.assertEqual(fee(1), fee(1))"),
    ],
    "returned-condition": [body("return fee(1) == 2"), body("return not fee(1)")],
    "comparison-not-asserted": [body("assert fee(0) == 1", "fee(1) == 2")],
    "mock-not-asserted": [
        body("m = mock.Mock()", "fee(m)", "m.called_once_with(1)"),
        body("m = mock.Mock()", "fee(m)", "m.assert_called_once"),
        body("m = mock.Mock()", "fee(m)", "m.assert_called_onec_with(1)"),
        body("m = mock.Mock()", "fee(m)", "assert m.called_once_with(1)"),
        body("m = mock.AsyncMock(side_effect=[1])", "fee(m)", "assert m.has_await_count(1)"),
    ],
    "subject-mocked": [
        "@mock.patch('shop.fees.fee')\ndef test_it(m):\n    m.return_value = 3\n    assert fees.fee(1) == 3\n",
        body("with mock.patch('shop.fees.fee', return_value=3):", "    assert fees.fee(1) == 3"),
        body("m = mock.Mock(wraps=fees)", "m.fee.side_effect = lambda x: 3", "assert m.fee(1) == 3"),
        body("with mock.patch.object(fees, 'fee', return_value=3):", "    assert fees.fee(1) == 3"),
        "def test_it(monkeypatch):\n    monkeypatch.setattr(fees, 'fee', lambda x: 3)\n    assert fees.fee(1) == 3\n",
        (
            "def test_it(monkeypatch):\n    monkeypatch.setattr('shop.fees.fee', lambda x: 3)\n"
            "    assert fees.fee(1) == 3\n"
        ),
        "def test_it(mocker):\n    mocker.patch('shop.fees.fee', return_value=3)\n    assert fees.fee(1) == 3\n",
    ],
    "shadowed-test": [
        body("assert fee(1) == 2") + body("assert fee(2)"),
        (
            "class TestFee:\n    def test_a(self):\n        assert fee(1) == 2\n"
            "    def test_a(self):\n        assert fee(2) == 3\n"
        ),
        (
            "class TestFee:\n    def test_a(self):\n        assert fee(1) == 2\n"
            "class TestFee:\n    def test_b(self):\n        assert fee(2) == 3\n"
        ),
        body("assert fee(1) == 2") + "test_fee = None\n",
        body("assert fee(1) == 2") + "del test_fee\n",
        "class TestFee:\n    def test_a(self):\n        assert fee(1) == 2\nTestFee.test_a = len\n",
    ],
    "uncollected-class": [
        (
            "class TestFee:\n    def __init__(self):\n        self.x = 1\n"
            "    def test_a(self):\n        assert fee(1) == 2\n"
        ),
        "class TestFee:\n    __test__ = False\n    def test_a(self):\n        assert fee(1) == 2\n",
    ],
    "uncollected-file": ["__test__ = False\n" + body("assert fee(1) == 2")],
    "uncollected-test": ["if False:\n    def test_fee():\n        assert fee(1) == 2\n"],
    "never-awaited": ["async def check(x):\n    assert fee(x) == 2\n\ndef test_a():\n    check(1)\n"],
    "condition-dropped": ["def same(x):\n    return fee(x) == 2\n\ndef test_a():\n    same(1)\n"],
    "tolerance-too-wide": [
        body("assert fee(1) == pytest.approx(2, rel=5)"),
        body("assert fee(1) == pytest.approx(2, abs=2)"),
    ],
    "coverage-forged": ["def pytest_sessionfinish(session):\n    session.cov.add_lines({'a.py': [1]})\n"],
    "no-cases": ["@pytest.mark.parametrize('x', [])\ndef test_a(x):\n    assert fee(x) == x + 1\n"],
}
WARNINGS = {
    "no-assertion": [
        body("fee(1)"),
        body("fees.fee(1)", "x = fee(2)"),
        body("def send(x):", "    raise OSError", "fee(send)"),
    ],
    "unreachable-assertion": [body("assert fee(1) == 2", "return", "assert fee(2) == 3")],
    "swallowed-assertion": [
        body(
            "while a:",
            "    try:",
            "        assert fee(1)",
            "        break",
            "    except AssertionError:",
            "        pass",
        )
    ],
    "self-comparison": [
        body("x = fee(1)", "assert x == x"),
        body("assert fee(1) == fee(1)", "assert fee(1) == 2"),
        body("assert fee(1) in [fee(1)]"),
        body("x = fee(1)", "np.testing.assert_array_equal(x, x)"),
        body("x = fee(1)", "assert_frame_equal(x, x, check_like=True)"),
    ],
    "message-no-text": [
        body("assert fee(1) == 2, 3"),
        method("expected = fee(2)", "self.assertTrue(fee(1), expected)"),
    ],
    "constant-assertion": [body("assert fee", "fee(1)"), method("self.assertTrue(fees.fee)", "fees.fee(1)")],
    "uncalled-assertions": [
        "def tset_fee():\n    assert fee(1) == 2\n",
        (
            "class TestFee:\n    def check(self):\n        assert fee(1)\n"
            "    def test_a(self):\n        assert fee(1) == 2\n"
        ),
    ],
    "source-read": [body("assert 'return' in inspect.getsource(fee)")],
    "equal-to-anything": ["class Any:\n    def __eq__(self, other):\n        return True\n"],
}
HONEST = [
    method("self.assertTrue(fee(1), 'not due')"),
    method("self.assertTrue(fee(1), f'{a} not due')"),
    method("msg = fees.told(1)", "self.assertTrue(fee(1), msg)"),
    method("r = fee(1)", "self.assertTrue(r.ok, r)"),
    method("r = fee(1)", "self.assertTrue(r.ok, r.content)"),
    method("r = fee(1)", "self.assertEqual(r, 2, (r, a))"),
    method("self.assertAlmostEqual(fee(1), 2, 3)"),
    method("self.assertRaises(ValueError, fee, 'x')"),
    method("with self.assertRaises(ValueError):", "    fee('x')"),
    method("caught = self.assertRaises(ValueError)", "with caught:", "    fee('x')"),
    body("out = fee(1)", "assert out == 2, out"),
    body("out = fee(1)", "assert not out, ('more', out)"),
    body("with pytest.raises(ValueError):", "    fee('x')", "pytest.raises(ValueError, fee, 'x')"),
    "def test_fee(fee):\n    assert fee\n",
    body("assert fee(1) in [2, 3]"),
    FLAKY.format(end="raise") + "@flaky\n" + body("assert fee(1) == 3"),
    body("m = mock.Mock()", "m.ready.return_value = fee(1)", "assert m.ready()"),
    body("m = mock.Mock(spec=fees)", "assert m.fee(1) == 2"),
    body("m = fees.Fee()", "assert m.is_small(1)"),
    body("assert fee(1) == pytest.approx(2, rel=1e-3)"),
    "async def check(x):\n    assert fee(x) == 2\n\nasync def test_a():\n    await check(1)\n",
    "def same(x):\n    return fee(x) == 2\n\ndef test_a():\n    assert same(1)\n",
    "class TestFee:\n    def check(self):\n        assert fee(1)\n    def test_a(self):\n        self.check()\n",
    body("assert fee(1) == 2"),
    body("with pytest.raises(ValueError):", "    fee('x')"),
    body("with pytest.raises(ValueError):", "    fee('x') == 1"),
    body("try:", "    fee('x')", "except ValueError:", "    pass", "else:", "    raise AssertionError"),
    body("try:", "    fee('x')", "except ValueError:", "    assert fee(1) == 2", "else:", "    assert False"),
    body("try:", "    assert fee(1) == 2", "except AssertionError:", "    print(a)", "    raise"),
    body("with pytest.raises(AssertionError):", "    fees.assert_small(100)"),
    body("with pytest.raises(AssertionError, match='2'):", "    assert fee(1) == 3"),
    body("called = False", "def hook():", "    nonlocal called", "    called = True", "fee(hook)", "assert called"),
    body("out = []", "fee(out)", "assert out == [1]"),
    body("def check(x):", "    assert fee(x) == x + 1", "for x in (1, 2):", "    check(x)"),
    body(
        "class Thing:",
        "    def convert(self, value):",
        "        assert value == 1",
        "fee(Thing())",
        "assert fee(1) == 2",
    ),
    body("with contextlib.suppress(ImportError):", "    assert fee(1) == 2"),
    body("with contextlib.suppress(ValueError):", "    fee(1)", "assert fee(2) == 3"),
    body("try:", "    assert fee(1) == 2", "except OSError:", "    pytest.skip('no disk')"),
    body("try:", "    fee(1)", "except ValueError:", "    pass", "else:", "    assert fee(2) == 3"),
    body("def never(x):", "    raise AssertionError", "fee(never)"),
    body("if fee(1) != 2:", "    raise ValueError"),
    body("assert len(fee(1)) > 0"),
    body("assert fee(1) == {'id': mock.ANY, 'x': 1}"),
    body("assert not fee(0)"),
    body("m = mock.Mock()", "fee(m)", "m.assert_called_once_with(1)"),
    body("m = mock.Mock()", "fee(m)", "assert m.called"),
    body("m = mock.Mock()", "fee(m)", "assert m.call_count == 1"),
    "def test_fee_is_stable():\n    assert fee(1) == fee(1)\n",
    "def test_equality():\n    assert fees.Fee(1) == fees.Fee(1)\n",
    (
        "import sys\nif sys.platform == 'win32':\n    def test_a():\n"
        "        assert fee(1) == 2\nelse:\n    def test_a():\n        assert fee(1) == 3\n"
    ),
    (
        "class TestA:\n    def test_a(self):\n        assert fee(1) == 2\n"
        "class TestB:\n    def test_a(self):\n        assert fee(1) == 3\n"
    ),
    (
        "class Base:\n    __test__ = False\n    def test_a(self):\n"
        "        assert fee(1) == 2\nclass TestIt(Base):\n    __test__ = True\n"
    ),
    "class TestClient:\n    def __init__(self):\n        self.x = 1\n",
    "@pytest.fixture\ndef test_data():\n    return 1\n\ndef test_a(test_data):\n    assert fee(test_data) == 2\n",
    "def test_a(snapshot):\n    snapshot.assert_match(fee(1))\n",
    "def test_a(check_fee):\n    check_fee(1)\n",
    "from tests.support import run\ndef test_a():\n    run(fee)\n",
    "def run(x):\n    assert fee(x) == x + 1\n\ndef test_a():\n    run(1)\n",
    "import pytest as p\n@p.mark.parametrize('x', [1])\ndef test_a(x):\n    assert fee(x) == 2\n",
]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in ERRORS.items() for text in texts])
def test_a_test_that_cannot_fail_is_an_error(rule: str, text: str) -> None:
    """It is found by its own rule, and by no other error."""
    errors = {name for name, level in found(text).items() if level is Severity.ERROR}

    assert errors == {rule}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in WARNINGS.items() for text in texts])
def test_what_may_be_honest_is_a_warning(rule: str, text: str) -> None:
    """It is listed, and no error."""
    assert found(text).get(rule) is Severity.WARNING
    assert Severity.ERROR not in found(text).values()


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_test_is_left_alone(text: str) -> None:
    """Neither an error nor a warning."""
    assert found(text) == {}
