"""The gate nothing-hidden: what it says of changes that hide something, and of honest ones like them."""

import pytest

from gatecheck.change import EXECUTABLE, GITLINK, SYMLINK, Change, FileChange, Kind
from gatecheck.measurements.outline import Outline
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of, file_change
from gatecheck_gates.nothing_hidden import NothingHidden

PROJECT = Project(source=("/src/",))
ATTRIBUTES = ".gitattributes"

Text = str | bytes | None


def judged(
    *files: FileChange, others: tuple[str, ...] = (), attributes: dict[str, bytes] | None = None, depends: str = ""
) -> Verdict:
    """Judge a change with the other files of the head."""
    change = Change("base..head", "b" * 40, "h" * 40, "1" * 40, "2" * 40, files)
    paths = (*others, *(file.path for file in files))
    return NothingHidden().judge(change, PROJECT, Outline(paths, attributes or {}, tuple(depends.split())))


def brought(path: str, text: Text, *others: str) -> Verdict:
    """Judge one new file among others."""
    return judged(file_change(path, None, text), others=others)


def told(verdict: Verdict) -> list[tuple[str, Severity]]:
    """Give the rules and levels of a verdict's findings."""
    return [(finding.rule, finding.level) for finding in verdict.findings]


def linked(path: str, target: str, *others: str) -> Verdict:
    """Judge one new symbolic link."""
    return judged(file_change(path, None, target, new_mode=SYMLINK), others=others)


# --- the verdict


def test_a_change_that_only_deletes_hides_nothing() -> None:
    """There is nothing to look at."""
    verdict = NothingHidden().judge(change_of({"a.py": ("x = 1\n", None)}), PROJECT)

    assert verdict.status is Status.NOT_APPLICABLE


def test_without_the_other_files_it_is_unproven() -> None:
    """What a new file stands beside must be known."""
    verdict = NothingHidden().judge(change_of({"a.py": (None, "x = 1\n")}), PROJECT)

    assert verdict.status is Status.UNPROVEN


def test_an_error_in_a_file_needs_no_other_files() -> None:
    """It fails at once."""
    verdict = NothingHidden().judge(change_of({"a.py": (None, "x = 1  # \u202e\n")}), PROJECT)

    assert verdict.status is Status.FAIL


def test_a_file_too_big_to_be_read_is_unproven() -> None:
    """It is named."""
    verdict = judged(FileChange("data.bin", Kind.ADDED, old_mode=0, unread=True))

    assert verdict.status is Status.UNPROVEN
    assert "data.bin" in verdict.summary


def test_samples_are_warnings() -> None:
    """The base's policy can name test data that is about hidden things."""
    change = change_of({"tests/data/trojan.py": (None, "x = 1  # \u202e\n")})
    verdict = NothingHidden(samples=("tests/data/",)).judge(change, PROJECT, Outline(("tests/data/trojan.py",), {}))

    assert verdict.status is Status.PASS
    assert told(verdict) == [("bidirectional-control", Severity.WARNING)]


# --- characters


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("src/a.py", "x = 1  # \u2066\n", [("bidirectional-control", Severity.ERROR)]),
        ("tests/test_a.py", "x = 'a\u200bb'\n", [("invisible-character", Severity.WARNING)]),
        ("src/a.py", "x = 'a\u200db'\n", [("invisible-character", Severity.ERROR)]),
        ("src/a.js", "const { x,\u3164} = y\n", [("invisible-character", Severity.WARNING)]),
        ("src/a.py", "x\ufe00 = 1\n", [("invisible-character", Severity.ERROR)]),
        ("src/a.py", "x = '\u200f'\n", [("direction-mark", Severity.WARNING)]),
        ("ci.yml", "run: a \u202e\n", [("bidirectional-control", Severity.ERROR)]),
        ("i18n/he.js", "x = '\u202b'\n", [("bidirectional-control", Severity.WARNING)]),
        ("src/locale/he.po", 'msgstr "\u202bx\u202c"\n', [("bidirectional-control", Severity.NOTE)]),
        ("bin/run", "#!/bin/sh\ntrue # \u202e\n", [("bidirectional-control", Severity.ERROR)]),
        ("bin/run", "#!/usr/bin/python3\nx = '\u200b'\n", [("invisible-character", Severity.ERROR)]),
        ("src/a.js", "// x\u2028evil()\n", [("invisible-character", Severity.WARNING)]),
        ("docs/a.md", "a \u202e\n", [("bidirectional-control", Severity.WARNING)]),
        ("AGENTS.md", "Hello\U000e0041\n", [("hidden-text", Severity.ERROR)]),
        (
            "src/a.py",
            "x = 'a\ufe01\ufe02\ufe03'\n",
            [("hidden-text", Severity.ERROR), ("invisible-character", Severity.ERROR)],
        ),
    ],
)
def test_characters_that_cannot_be_seen(path: str, text: str, expected: list[tuple[str, Severity]]) -> None:
    """Their weight depends on where they stand."""
    assert told(brought(path, text)) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.py", "\ufeffx = 1\n"),
        ("src/a.py", "x = '\u2764\ufe0f 1\ufe0f\u20e3 \U0001f468\u200d\U0001f467 \u0645\u06cc\u200c\u062e'\n"),
        ("src/a.py", "x = '\U0001f3f4\U000e0067\U000e0062\U000e007f'\n"),
        ("src/a.py", "x = '\u845b\U000e0100 \u2800\u2801'\n"),
        ("docs/a.md", "a\u200bb co\u00adop 5\u00a0m \u200f\n"),
        ("src/locale/he.po", 'msgstr "\u200fx\u200b"\n'),
        ("src/locales/fa.yml", "x: \u200fx\u200c\n"),
        ("tests/out.txt", "\x1b[1mx\x1b[0m\r\n"),
        ("src/a.py", "\x0c\ndef f(): ...\r\n\x0cx = 1\n"),
    ],
)
def test_honest_characters(path: str, text: str) -> None:
    """Emoji, joints of scripts, byte order marks, translations and form feeds between functions are fine."""
    assert told(brought(path, text)) == []


def test_what_stood_there_before_is_not_told() -> None:
    """Only added lines count."""
    verdict = judged(file_change("a.py", "x = '\u202e'\ny = 1\n", "x = '\u202e'\ny = 2\n"))

    assert not verdict.findings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"# a\rb = 1\n", "hidden-line"),
        (b"x = 1\n    \x0cy = 2\n", "hidden-line"),
        (b"x = 1\0\n", "hidden-line"),
        (b"x = '\x1b'\n", "control-character"),
    ],
)
def test_control_characters_in_source(text: bytes, expected: str) -> None:
    """What runs is not what is shown."""
    assert (expected, Severity.ERROR) in told(brought("src/a.py", text))


def test_a_doubled_carriage_return_at_the_line_end_is_harmless() -> None:
    """Nothing stands behind it."""
    assert not brought("src/a.py", b"x = 1\r\r\n").findings


# --- Python


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("utf-7", [("encoding", Severity.ERROR)]),
        ("raw_unicode_escape", [("encoding", Severity.ERROR)]),
        ("rot13", [("encoding", Severity.ERROR)]),
        ("cp037", [("encoding", Severity.ERROR)]),
        ("hz", [("encoding", Severity.ERROR)]),
        ("nonsense", [("encoding", Severity.ERROR)]),
        ("cp1252", [("encoding", Severity.WARNING)]),
        ("koi8-r", [("encoding", Severity.WARNING)]),
        ("shift_jis", [("encoding", Severity.WARNING)]),
        ("utf-8", []),
        ("utf8", []),
        ("utf-8-unix", []),
        ("utf-8-sig", []),
        ("latin-1", []),
        ("iso-8859-1", []),
        ("us-ascii", []),
    ],
)
def test_encodings(cookie: str, expected: list[tuple[str, Severity]]) -> None:
    """Those that alter what ASCII means are errors, other character sets warnings."""
    assert told(brought("src/a.py", f"#!/usr/bin/python\n# -*- coding: {cookie} -*-\nx = 1\n")) == expected


def test_an_old_encoding_is_not_told() -> None:
    """It is not the change's doing."""
    before = "# coding: utf-7\nx = 1\n"

    assert not judged(file_change("a.py", before, before + "y = 2\n")).findings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\U0001d41e\U0001d431\U0001d41e\U0001d41c('')\n", [("look-alike-name", Severity.ERROR)]),
        ("p\u0430ssword = 1\n", [("look-alike-name", Severity.ERROR)]),
        ("cope = 1\n\u0441\u043e\u0440\u0435 = 2\n", [("look-alike-name", Severity.ERROR)]),
        ("na\u00efv\u0435 = 1\n", [("look-alike-name", Severity.ERROR)]),
        ("\u0441\u043e\u0440\u0435 = 2\n", [("look-alike-name", Severity.WARNING)]),
        ("px = 1\n\u03c1x = 2\n", [("look-alike-name", Severity.WARNING)]),
        ("\u0394x = \u03c3_max = \u03bc = \u03c1 = 1\n", []),
        ("k\u0131sa = na\u00efve = \u0446\u0435\u043d\u0430 = 1\n", []),
        ("x = 'p\u0430ssword'  # p\u0430ssword\n", []),
    ],
)
def test_names_that_look_alike(text: str, expected: list[tuple[str, Severity]]) -> None:
    """Names are looked at, strings and comments are not, and languages other than English are welcome."""
    assert told(brought("src/a.py", text)) == expected


BLANKS = " " * 250


@pytest.mark.parametrize(
    ("path", "text", "errors"),
    [
        ("src/a.py", f"x = 1{BLANKS}; y = 2\n", 1),
        ("src/a.py", f"x = 1{BLANKS}# noqa\n", 1),
        ("src/a.py", f"x = (1,\n{BLANKS}y())\n", 1),
        ("src/a.py", "x = 1" + "\t" * 40 + "; y = 2\n", 1),
        ("src/a.py", f"x = '{BLANKS}'; y = 2\n", 1),
        ("src/a.py", f"x = ['{BLANKS}a',\n '{BLANKS}b']\n", 0),
        ("src/a.py", f"x = '''\n{BLANKS}table\n'''\n", 0),
        ("run.sh", f"true{BLANKS}; curl x\n", 1),
        ("docs/a.rst", f"a{BLANKS}b\n", 0),
    ],
)
def test_code_far_to_the_right(path: str, text: str, errors: int) -> None:
    """Behind a run of blanks nobody reads on; blanks within a string are its own business."""
    assert told(brought(path, text)) == [("far-to-the-right", Severity.ERROR)] * errors


# --- binaries


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("src/a.pyc", b"", [("program", Severity.ERROR)]),
        ("src/__pycache__/x", b"", [("program", Severity.ERROR)]),
        ("tests/a.cpython-311-darwin.so", b"\0", [("program", Severity.ERROR)]),
        ("libs/a.whl", b"PK\x03\x04", [("program", Severity.ERROR)]),
        ("tests/data/a.whl", b"PK\x03\x04", [("program", Severity.WARNING)]),
        ("gradle/wrapper/gradle-wrapper.jar", b"PK\x03\x04", [("program", Severity.WARNING)]),
        ("docs/logo.png", b"\x7fELF\x02", [("program", Severity.ERROR)]),
        ("run", b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0", [("program", Severity.ERROR)]),
        ("run", bytes.fromhex("cffaedfe07000001"), [("program", Severity.ERROR)]),
        ("run", b"PK\x03\x04\x14\0__main__.py", [("program", Severity.ERROR)]),
        ("data", b"\xa7\r\r\n" + bytes(12) + b"\xe3", [("program", Severity.ERROR)]),
        ("ci.yml", b"a\0b\n", [("binary-code", Severity.ERROR), ("hidden-line", Severity.ERROR)]),
        ("docs/logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", []),
        ("docs/font.woff2", b"wOF2\0\1\0\0", []),
        ("docs/a.docx", b"PK\x03\x04\x14\0", []),
        ("MZ.txt", b"MZ is a magic\n", []),
    ],
)
def test_binaries(path: str, content: bytes, expected: list[tuple[str, Severity]]) -> None:
    """What runs is told by name or first bytes; pictures, fonts and documents are not."""
    assert told(brought(path, content)) == expected


def test_what_a_binary_patch_would_not_show_is_looked_at() -> None:
    """A NUL keeps git from showing hunks; the lines are compared nevertheless."""
    file = file_change("tests/a.py", b"x = 1\0\n", b"x = 1\0\ny = '\xe2\x80\xae'\n", hunks=())

    assert ("bidirectional-control", Severity.ERROR) in told(judged(file))


# --- links, submodules, modes


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("../../etc/passwd", ("link-out", Severity.ERROR)),
        ("/etc/passwd", ("link-out", Severity.ERROR)),
        ("C:\\x", ("link-out", Severity.ERROR)),
        ("../.git/hooks", ("link-out", Severity.ERROR)),
        ("../nowhere", ("link-nowhere", Severity.WARNING)),
        ("../README.md", ("link", Severity.NOTE)),
        ("../src", ("link", Severity.NOTE)),
    ],
)
def test_links(target: str, expected: tuple[str, Severity]) -> None:
    """A link out of the repository is an error; one within it is said."""
    assert told(linked("docs/link", target, "README.md", "src/a.py")) == [expected]


def test_a_file_that_became_a_link_is_not_looked_at() -> None:
    """Where it leads is only known where it leads to a file."""
    became = FileChange("a.md", Kind.TYPE_CHANGED, new_mode=SYMLINK, before=b"x\n")
    change = Change("base..head", "b" * 40, "h" * 40, "1" * 40, "2" * 40, (became,))

    assert NothingHidden().judge(change, PROJECT, Outline((), {})).status is Status.UNPROVEN
    assert NothingHidden().judge(change, PROJECT, Outline(("a.md", "b.md"), {})).status is Status.PASS


def test_a_link_that_leads_out_through_another() -> None:
    """Its target has the name of a file, and the link cannot be read."""
    link = file_change("docs/link", None, "../README.md", new_mode=SYMLINK)
    change = Change("base..head", "b" * 40, "h" * 40, "1" * 40, "2" * 40, (link,))

    assert told(NothingHidden().judge(change, PROJECT, Outline(("README.md",), {}))) == [("link-out", Severity.ERROR)]


def test_a_program_that_only_moves_is_not_told() -> None:
    """It was there before."""
    moved = file_change("tools/a.exe", b"MZ", b"MZ", kind=Kind.RENAMED, old_path="a.exe")

    assert not judged(moved).findings


def test_submodules_are_not_looked_at() -> None:
    """What a new or moved one brings is not known."""
    new = judged(FileChange("vendored", Kind.ADDED, old_mode=0, new_mode=GITLINK))
    moved = judged(FileChange("vendored", old_mode=GITLINK, new_mode=GITLINK))

    assert (new.status, moved.status) == (Status.UNPROVEN, Status.UNPROVEN)
    assert "vendored" in new.summary


def test_another_address_of_a_submodule_is_a_warning() -> None:
    """The commit may come from somebody else."""
    verdict = judged(file_change(".gitmodules", "url = https://a.example/x\n", "url = https://b.example/x\n"))

    assert told(verdict) == [("submodule-address", Severity.WARNING)]


@pytest.mark.parametrize(("text", "warned"), [("x = 1\n", True), ("#!/bin/sh\n", False)])
def test_files_that_become_executable(text: str, warned: bool) -> None:
    """A script names its program; other files have no need of the bit."""
    verdict = judged(file_change("a", text, text, new_mode=EXECUTABLE))

    assert told(verdict) == [("executable", Severity.WARNING)] * warned


# --- names


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("readme.md", ("twin-path", Severity.ERROR)),
        ("Src/b.py", ("twin-path", Severity.WARNING)),
        ("src/\u0430.py", ("twin-path", Severity.ERROR)),
        ("docs/cafe\u0301.md", ("twin-path", Severity.ERROR)),
        ("docs/a\u202eb.md", ("unseen-in-name", Severity.ERROR)),
        ("docs/a\nb.md", ("unseen-in-name", Severity.ERROR)),
        ("docs/.GIT/config", ("name-of-git", Severity.ERROR)),
        ("git~1/config", ("name-of-git", Severity.ERROR)),
        ("src/a.py ", ("blank-in-name", Severity.ERROR)),
        ("docs/a.", ("dot-at-end", Severity.WARNING)),
        ("docs/a\udcff.md", ("name-not-utf8", Severity.WARNING)),
    ],
)
def test_names_that_deceive(path: str, expected: tuple[str, Severity]) -> None:
    """Names are compared without case, in one Unicode form, and as they look."""
    assert told(brought(path, "x\n", "README.md", "src/a.py", "docs/caf\u00e9.md")) == [expected]


@pytest.mark.parametrize("path", ["docs/cafe.md", ".github/x.yml", ".gitignore", "src/b.py", "docs/\u65e5\u672c.md"])
def test_honest_names(path: str) -> None:
    """Accents are seen, and git's own files have their names."""
    assert not brought(path, "x\n", "README.md", "src/a.py", "docs/caf\u00e9.md").findings


# --- modules


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("json.py", [("shadowed-module", Severity.ERROR)]),
        ("src/random/__init__.py", [("shadowed-module", Severity.ERROR)]),
        ("pytest.py", [("shadowed-module", Severity.ERROR)]),
        ("tests/coverage/__init__.py", [("shadowed-module", Severity.ERROR)]),
        ("tests/json.py", [("shadowed-module", Severity.WARNING)]),
        ("requests.py", [("shadowed-module", Severity.ERROR)]),
        ("src/sitecustomize.py", [("start-up-code", Severity.ERROR)]),
        ("src/shop/sitecustomize.py", [("start-up-code", Severity.WARNING)]),
        ("src/shop/json.py", []),
        ("test/__init__.py", []),
        ("docs/logging.py", []),
        ("json/data.txt", []),
        ("tests/unit/test_json.py", []),
    ],
)
def test_modules_whose_name_is_taken(path: str, expected: list[tuple[str, Severity]]) -> None:
    """Only those that are imported by their bare name take another's place."""
    others = ("src/shop/__init__.py", "tests/conftest.py")
    verdict = judged(file_change(path, None, "x = 1\n"), others=others, depends="requests")

    assert told(verdict) == expected


def test_a_module_that_moves_into_src_is_not_new() -> None:
    """A project may be called like a dependency of the tests: pluggy is one."""
    moved = file_change(
        "src/pluggy/__init__.py", "x = 1\n", "x = 1\n", kind=Kind.RENAMED, old_path="pluggy/__init__.py"
    )

    assert not judged(moved).findings


@pytest.mark.parametrize(
    ("text", "status"), [("import os\n", Status.FAIL), ("./lib\n", Status.PASS), (b"PK\0", Status.PASS)]
)
def test_path_files(text: Text, status: Status) -> None:
    """Only lines that begin with import run; weights of a model have the same suffix."""
    assert brought("src/x.pth", text).status is status


def test_a_package_in_place_of_a_module() -> None:
    """The module stays and is not run any more."""
    assert told(brought("src/shop/a/__init__.py", "x\n", "src/shop/a.py")) == [("replaced-module", Severity.ERROR)]


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ("def f() -> int: return 1\n", "def f() -> int: return 2\n", Severity.ERROR),
        ("def f(): return 1\n", "def f(): return 2\n", Severity.WARNING),
        (None, None, Severity.WARNING),
    ],
)
def test_stubs_over_source(before: str | None, after: str | None, level: Severity) -> None:
    """Types for a module without any are a gift; a stub over annotated source that is edited hides its errors."""
    edits = [file_change("src/shop/a.py", before, after)] if before else []
    stub = file_change("src/shop/a.pyi", None, "def f() -> int: ...\n")

    assert told(judged(stub, *edits, others=("src/shop/a.py",))) == [("stub-over-source", level)]


# --- attributes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("*.py -diff", [Severity.ERROR]),
        ("* binary", [Severity.ERROR]),
        ("/src/** -diff", [Severity.ERROR]),
        ('"src/shop/a.py" -diff', [Severity.ERROR]),
        ("[attr]quiet -diff\nsrc/shop/*.py quiet", [Severity.ERROR]),
        ("*.py working-tree-encoding=UTF-16", [Severity.ERROR]),
        ("*.py filter=mine", [Severity.ERROR]),
        ("*.py linguist-generated", [Severity.ERROR]),
        ("src/shop/a.py linguist-generated=true", [Severity.WARNING]),
        ("src export-ignore", [Severity.WARNING]),
        ("*.py ident", [Severity.WARNING]),
        ("*.ps1 working-tree-encoding=UTF-16LE", [Severity.NOTE]),
        ("*.ipynb filter=nbstripout", [Severity.NOTE]),
        ("* text=auto\n*.py text eol=lf diff=python\n*.png binary\n*.lock -diff linguist-generated=true", []),
        ("docs export-ignore\ntests/** export-ignore\n*.bin filter=lfs diff=lfs -text\n*.po -diff", []),
        ("src -diff\n[a -diff", []),
        ("tests/*.py -diff", [Severity.WARNING]),
        ("tests/*.py linguist-generated", []),
    ],
)
def test_new_attributes(line: str, expected: list[Severity]) -> None:
    """Attributes that hide or alter code are told; those for pictures, locks and line ends are not."""
    verdict = judged(file_change(ATTRIBUTES, "", f"{line}\n"), others=("src/shop/a.py", "tests/test_a.py", "a.png"))

    assert [finding.level for finding in verdict.findings] == expected


def test_attributes_of_before_that_hide_a_changed_file() -> None:
    """They are not the change's doing, but a reviewer should know."""
    edited = file_change("src/a.py", "x = 1\n", "x = 2\n")
    hidden = judged(edited, attributes={ATTRIBUTES: b"*.py -diff\n"})
    shown = judged(edited, attributes={ATTRIBUTES: b"*.py -diff\n", "src/.gitattributes": b"a.py diff\n"})

    assert told(hidden) == [("attribute-in-force", Severity.WARNING)]
    assert not shown.findings
