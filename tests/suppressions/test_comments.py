"""Comments that keep tools quiet, read from tokens."""

import pytest

from gatecheck.suppressions.comments import comments_in
from gatecheck.suppressions.model import Reach, Suppression


def only(source: str) -> Suppression:
    """Give the one suppression of a source."""
    found = comments_in(source.encode()) or []
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("comment", "kind", "codes"),
    [
        ("# noqa", "noqa", ()),
        ("#NOQA:F821,E501", "noqa", ("E501", "F821")),
        ("# noqa : F821 E501", "noqa", ("E501", "F821")),
        ("# noqa: F821 - the name is built in", "noqa", ("F821",)),
        ("# type: ignore", "type: ignore", ()),
        ("# type:ignore[arg-type, misc]", "type: ignore", ("arg-type", "misc")),
        ("# pyright: ignore[reportCallIssue]", "pyright: ignore", ("reportCallIssue",)),
        ("# ty: ignore[call-non-callable]", "ty: ignore", ("call-non-callable",)),
        ("# pyrefly: ignore", "pyrefly: ignore", ()),
        ("# pyre-fixme[6]: not yet", "pyre-ignore", ()),
        ("# pytype: disable=attribute-error", "pytype: disable", ("attribute-error",)),
        ("# pylint: disable=no-member,invalid-name", "pylint: disable", ("invalid-name", "no-member")),
        ("# nosec B101", "nosec", ("B101",)),
        ("# nosemgrep: python.lang.exec", "nosemgrep", ("python",)),
        ("# ruff: ignore[F821]", "ruff: ignore", ("F821",)),
        ("# isort: skip", "isort: skip", ()),
        ("# fmt: skip", "fmt: off", ()),
    ],
)
def test_a_comment_on_a_line_is_read(comment: str, kind: str, codes: tuple[str, ...]) -> None:
    """Its kind and the rules that it names."""
    found = only(f"x = 1  {comment}\n")

    assert (found.kind, found.codes, found.reach) == (kind, codes, Reach.LINE)
    assert found.source == "x = 1"


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("# ruff: noqa", "ruff: noqa"),
        ("# flake8: noqa", "ruff: noqa"),
        ("# ruff: file-ignore[F821]", "ruff: file-ignore"),
        ("# type: ignore", "type: ignore"),
        ("# mypy: ignore-errors", "mypy: ignore-errors"),
        ("# mypy: ignore_errors=True", "mypy: ignore_errors=True"),
        ("# mypy: disable-error-code=return-value", "mypy: disable-error-code=return-value"),
        ("# mypy: allow-untyped-defs", "mypy: allow-untyped-defs"),
        ("# mypy: strict, warn-return-any=False", "mypy: strict, warn-return-any=False"),
        ("# mypy: no-strict-optional", "mypy: no-strict-optional"),
        ("# mypy: strict-optional=False", "mypy: strict-optional=False"),
        ("# pyright: basic", "pyright: basic"),
        ("# pyright: reportReturnType=false", "pyright: reportReturnType=false"),
        ("# pylint: skip-file", "pylint: skip-file"),
    ],
)
def test_a_comment_for_a_file_reaches_all_of_it(comment: str, kind: str) -> None:
    """It is about no statement."""
    found = only(f'{comment}\n"""A module."""\n')

    assert (found.kind, found.reach, found.source) == (kind, Reach.FILE, "")
    assert found.covers(1000)


@pytest.mark.parametrize(
    "source",
    [
        'x = "# noqa"\n',
        '"""\nx = 1  # type: ignore\n"""\n',
        "# a noqa would do\n",
        "# the type: ignore of last year is gone\n",
        "# mypy: strict\n",
        "# mypy: disallow-untyped-defs, warn-unreachable=True\n",
        "# pyright: strict\n",
        "# type: list[int]\n",
    ],
)
def test_what_only_looks_like_one_is_none(source: str) -> None:
    """Strings, prose, and comments that ask for more."""
    assert comments_in(source.encode()) == []


def test_several_in_one_comment_are_told_apart() -> None:
    """Each with the same reason."""
    found = comments_in(b"x = 1  # type: ignore[misc]  # noqa: E501  # the protocol wants it\n") or ()

    assert [(one.what, one.said) for one in found] == [
        ("type: ignore[misc]", "the protocol wants it"),
        ("noqa: E501", "the protocol wants it"),
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1  # noqa: E501 a link is long\n", "a link is long"),
        ("# the stubs lack it\nx = 1  # type: ignore[misc]\n", "the stubs lack it"),
        ("x = 1  # noqa: E501 (see above)\n", "see above"),
        ("x = 1  # noqa: E501 todo\n", ""),
        ("x = 1  # noqa https://example.org/some/long-page\n", ""),
        ("y = 2  # noqa\nx = 1  # noqa: E501\n", ""),
    ],
)
def test_a_reason_is_said_in_words(source: str, said: str) -> None:
    """On the line or just above; one word is none."""
    assert (comments_in(source.encode()) or [])[-1].said == said


def test_the_statement_around_a_comment_is_told_without_its_layout() -> None:
    """So that it is known again when it was reformatted; the span is that of the whole statement."""
    short = only("f(1, [2])  # noqa\n")
    long = only("if True:\n    f(\n        1,  # noqa\n        [2],\n    )\n")

    assert short.source == long.source
    assert (long.line, long.span) == (3, (2, 5))
    assert not long.covers(1)


def test_a_comment_below_code_on_its_own_line_is_about_the_next_statement() -> None:
    """Not about the file."""
    found = only("x = 1\n# type: ignore\ny = 2\n")

    assert (found.reach, found.source, found.span) == (Reach.LINE, "y = 2", (2, 3))


def test_pylint_is_silenced_for_the_rest_of_a_block() -> None:
    """By a comment on its own line; by one behind code, for that line."""
    assert only("# pylint: disable=no-member\nx = 1\n").reach is Reach.BLOCK
    assert only("x = 1  # pylint: disable=no-member\n").reach is Reach.LINE


def test_source_that_cannot_be_read_is_told() -> None:
    """None is not "nothing found"."""
    assert comments_in(b"x = (\n") is None
