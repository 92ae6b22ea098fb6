"""Reading files of unknown hands."""

import pytest

from gatecheck.parsing import MAX_INI_LINES, MAX_YAML_BYTES, Beyond, Unreadable, load, load_yaml


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
        ("ci.yml", b"a" * (MAX_YAML_BYTES + 1)),
        ("ci.yml", b"[" * 10_000),
        ("ci.yml", b"a: &a [*a]\n"),
        (
            "ci.yml",
            b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\n"
            + b"".join(b"c%d: &c%d [%s]\n" % (n, n, b"*b, " * 900) for n in range(9)),
        ),
        ("pyproject.toml", b"x = " + b"[" * 10_000),
        ("pyproject.toml", b".".join([b"a"] * 100) + b" = 1\n"),
        ("pyproject.toml", b"['!'" + b' .\t"\\""' * 100 + b"]\n"),
        ("pyproject.toml", b"x = 0x" + b"f" * 9000),
        ("ci.yml", b"a: " + b"1:" * 9000 + b"1"),
        ("tox.ini", b"[a]\n" + b"x\n" * MAX_INI_LINES),
        ("tox.ini", b"[a]\nx" + b" " * 20_000 + b"x\n"),
        ("tox.ini", b"[DEFAULT]\n" + b"".join(b"k%d = 1\n[a%d]\n" % (n, n) for n in range(5000))),
    ],
    ids=[
        *("big", "deep", "circle", "laughs", "deep-toml", "long-key", "long-quoted-key", "long-number"),
        *("sixty-number", "errors", "gap", "defaults"),
    ],
)
def test_a_limit_is_told_apart(path: str, text: bytes) -> None:
    """What such a file says is not known."""
    with pytest.raises(Beyond):
        load(path, text)


def test_pre_commit_reads_yaml_1_1() -> None:
    """There `no` is a truth value; the same bounds hold."""
    assert load_yaml(b"pass_filenames: no\n", old=True) == {"pass_filenames": False}
    with pytest.raises(Beyond):
        load_yaml(b"a: &a [*a]\n", old=True)


@pytest.mark.parametrize("text", [b"!!int ''", b"!!bool x", b"!!timestamp x", b"a: 2020-99-99", b"!!binary AAA"])
def test_values_that_the_library_stumbles_over_are_unreadable(text: bytes) -> None:
    """PyYAML raises errors of every kind for them."""
    with pytest.raises(Unreadable):
        load_yaml(text, old=True)
