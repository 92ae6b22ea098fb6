"""Reading files of unknown hands."""

import pytest

from gatecheck.ratchet.reading import MAX_BYTES, Beyond, Unreadable, load


def test_on_is_a_word() -> None:
    """YAML 1.1 would make a truth value of a workflow's `on`, and a number of a version."""
    found = load("ci.yml", b"on: [push]\npython: [3.10, 3.14t]\nfast: false\n")

    assert found == {"on": ["push"], "python": ["3.10", "3.14t"], "fast": False}


def test_an_unknown_tag_gives_its_value() -> None:
    """GitLab has tags of its own; nothing is ever constructed from one."""
    found = load(".gitlab-ci.yml", b"a: !reference [b, script]\nc: !!python/object/apply:os.system [x]\n")

    assert found == {"a": ["b", "script"], "c": ["x"]}


def test_an_alias_gives_its_value() -> None:
    """Anchors and merge keys are honest YAML."""
    found = load("ci.yml", b"a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: *a\n")

    assert found == {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1}}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ci.yml", b"a: [\n"),
        ("pyproject.toml", b"a = \n"),
        ("tox.ini", b"no section\n"),
        ("ruff.toml", b"\xff\xfe"),
        ("ci.yml", b"? [a]\n: b\n"),
    ],
)
def test_what_is_broken_is_unreadable(path: str, text: bytes) -> None:
    """The reason is one line."""
    with pytest.raises(Unreadable) as caught:
        load(path, text)

    assert not isinstance(caught.value, Beyond)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ci.yml", b"a" * (MAX_BYTES + 1)),
        ("ci.yml", b"[" * 10_000),
        ("ci.yml", b"a: &a [*a]\n"),
        (
            "ci.yml",
            b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\n"
            + b"".join(b"c%d: &c%d [%s]\n" % (n, n, b"*b, " * 900) for n in range(9)),
        ),
        ("pyproject.toml", b"x = " + b"[" * 10_000),
        ("pyproject.toml", b".".join([b"a"] * 100) + b" = 1\n"),
    ],
    ids=["big", "deep", "circle", "laughs", "deep-toml", "long-key"],
)
def test_a_limit_is_told_apart(path: str, text: bytes) -> None:
    """What such a file says is not known."""
    with pytest.raises(Beyond):
        load(path, text)
