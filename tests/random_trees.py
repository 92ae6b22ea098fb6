"""Random pairs of trees for the comparison with git: odd names, odd contents, every kind of edit; and their import."""

import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from repositories import IDENTITY, GitRepository

Entry = tuple[int, bytes]  # mode, and content: of a link where it leads to, of a submodule its commit
Tree = dict[bytes, Entry]

FILE, EXECUTABLE, LINK, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o160000
MODES = (FILE, FILE, FILE, FILE, FILE, EXECUTABLE, LINK, SUBMODULE)
# Composed and decomposed, quoted, bytes of no encoding, what looks like an option, a patch or a pathspec.
NAMES = [
    *(b"a.py", b"b.txt", b"README.md", b"-r", b"--", b"-M", b":(top)x", b"*.py", b"with space", b" lead", b"trail "),
    *(b"two\nlines", b"tab\there", b'quo"ted', b"it's", b"back\\slash", b"cr\r", b"bell\x07", b"caf\xe9", b"\xff\xfe"),
    *("caf\u00e9".encode(), "cafe\u0301".encode(), "\u202etxt.py".encode(), "\U0001f600".encode(), b"a", b"A"),
    *(b"index 1..2", b"@@ -1 +1 @@", b"a => b", b"{a => b}", b"..x", b"...", b".gitattributes", b"x" * 250, b"\x7f"),
]
FOLDERS = [b"", b"", b"d/", b"d/e/", b"-d/", b"new\nline/", b"caf\xe9/", b"l" * 200 + b"/" + b"m" * 200 + b"/"]
LINES = [
    *(b"", b"x", b"y", b"    return 1", b"z\r", b"a\rb", b"\r", b"a\x0cb", b"caf\xe9", b"\xe2\x80\xa8", b"\t#"),
    *(
        b"@@ -1 +1 @@",
        b"-- a",
        b"++ b",
        b"index 1..2",
        b"\\ No newline at end of file",
        b"diff --git a/x b/x",
        b"* -text",
    ),
]
LATE_NUL = b"filled\n" * 1200 + b"\0"  # behind the 8000 bytes that git looks at


@dataclass(frozen=True)
class Pair:
    """Two trees, and the other parent where the second one is a merge."""

    before: Tree
    after: Tree
    other: Tree | None = None
    ids: list[str] = field(default_factory=list, compare=False, repr=False)


@st.composite
def batches(draw: st.DrawFn, most: int) -> list[Pair]:
    """Draw pairs that are imported at once: hypothesis shrinks their number and their sizes, a generator does the rest.

    Every choice by hypothesis itself would cost more than git and gatecheck together.
    """
    seeds = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**48)), min_size=most // 2, max_size=most))
    return [pair_of(random.Random(seed), size) for size, seed in seeds]  # noqa: S311 - no secret


def pair_of(chance: random.Random, size: int) -> Pair:
    """Make up a tree of about `size` files, what becomes of it, and perhaps what it is merged with."""
    before: Tree = {}
    for _ in range(size):
        put(before, path_of(chance), entry_of(chance))
    after = edited(before, chance)
    other = edited(before, chance) if chance.random() < 0.2 else None
    if other is not None:
        after |= {path: entry for path, entry in other.items() if path in after and chance.random() < 0.7}
    return Pair(before, after, other)


def put(tree: Tree, path: bytes, entry: Entry) -> None:
    """Put a file into a tree; what it cannot stand beside goes."""
    parents = {path[:end] for end, byte in enumerate(path) if byte == ord("/")}
    for there in [there for there in tree if there in parents or there.startswith(path + b"/")]:
        del tree[there]
    tree[path] = entry


def path_of(chance: random.Random) -> bytes:
    """Make a path up; one in five is of any bytes."""
    if chance.random() < 0.2:
        name = bytes(chance.choice([*range(1, 47), *range(48, 256)]) for _ in range(chance.randint(1, 12)))
    else:
        name = chance.choice(NAMES)
    return chance.choice(FOLDERS) + (b"x" if name in {b".", b".."} or name.lower() == b".git" else name)


def entry_of(chance: random.Random) -> Entry:
    """Make a file, a link or a submodule up."""
    mode = chance.choice(MODES)
    if mode == LINK:
        return mode, path_of(chance)
    if mode == SUBMODULE:
        return mode, b"%040x" % chance.randint(1, 9)
    return mode, content_of(chance)


def content_of(chance: random.Random) -> bytes:
    """Make lines up; many are unlike all others, so that git finds what was moved."""
    lines = [any_line(chance) for _ in range(chance.choice([0, 1, 2, 9, 30, 30]))]
    content = chance.choice([b"\n", b"\n", b"\n", b"\r\n", b"\r"]).join(lines)
    return content + chance.choices([b"", b"\n", b"\r\n", b"\0", LATE_NUL], [20, 50, 10, 3, 2])[0]


def any_line(chance: random.Random) -> bytes:
    """Give an odd line, or one of its own; a NUL is rare, for it ends all comparing of lines."""
    if chance.random() < 0.6:
        return b"%d" % chance.getrandbits(40)
    return chance.choice(LINES if chance.random() < 0.99 else [b"\0", b"x\0y"])


def edited(before: Tree, chance: random.Random) -> Tree:
    """Edit, delete, move, copy, chmod, retype and add."""
    after = dict(before)
    for path, (mode, content) in before.items():
        what = chance.choice(
            ["keep", "edit", "edit", "edit", "delete", "move", "move and edit", "copy", "mode", "type"]
        )
        if what in {"delete", "move", "move and edit", "type"}:
            after.pop(path, None)
        if "edit" in what:
            content = spliced(content, chance) if mode in {FILE, EXECUTABLE} else entry_of(chance)[1]  # noqa: PLW2901
            mode = mode if mode in {FILE, EXECUTABLE} else FILE  # noqa: PLW2901
        if what == "mode":
            put(after, path, ({FILE: EXECUTABLE, EXECUTABLE: FILE}.get(mode, mode), content))
        elif what == "type":
            put(after, path, entry_of(chance))
        elif what not in {"keep", "delete"}:
            put(after, path if what == "edit" else path_of(chance), (mode, content))
    for _ in range(chance.choice([0, 0, 1, 3])):
        put(after, path_of(chance), entry_of(chance))
    return after


def spliced(content: bytes, chance: random.Random) -> bytes:
    """Replace runs of lines, or the last line end."""
    lines = content.split(b"\n")
    for _ in range(chance.choice([0, 1, 3, 6])):
        start = chance.randint(0, len(lines))
        lines[start : start + chance.randint(0, 3)] = [any_line(chance) for _ in range(chance.randint(0, 3))]
    joined = b"\n".join(lines)
    return joined.removesuffix(b"\n") if chance.random() < 0.1 else joined


def imported(repo: GitRepository, pairs: Sequence[Pair]) -> None:
    """Write every pair's commits with one process; each pair then has the ids of its base, its head and their trees."""
    stream = bytearray()
    for number, pair in enumerate(pairs):
        stream += commit(number * 3 + 1, pair.before, ())
        parents = [number * 3 + 1]
        if pair.other is not None:
            stream += commit(number * 3 + 2, pair.other, parents)
            parents.append(number * 3 + 2)
        stream += commit(number * 3 + 3, pair.after, parents)
    marks = repo.path / ".git/marks"
    repo.git("fast-import", "--quiet", "--force", f"--export-marks={marks}", feed=bytes(stream))
    ids = dict(line.split(" ") for line in marks.read_text().splitlines())
    for number, pair in enumerate(pairs):
        pair.ids[:] = [ids[f":{number * 3 + 1}"], ids[f":{number * 3 + 3}"]]


def commit(mark: int, tree: Tree, parents: Sequence[int]) -> bytes:
    """Give a commit in the language of `git fast-import`."""
    head = b"commit refs/heads/c\nmark :%d\ncommitter A <a@example.org> 0 +0000\ndata 0\n" % mark
    origins = [b"%b :%d\n" % (b"merge" if at else b"from", parent) for at, parent in enumerate(parents)]
    return b"".join([b"reset refs/heads/c\n", head, *origins, b"deleteall\n", *files_of(tree)])


def files_of(tree: Tree) -> Iterator[bytes]:
    """Give the lines for the files of a tree; every byte of a path is quoted."""
    for path, (mode, content) in tree.items():
        quoted = b"".join(b"\\%03o" % byte for byte in path)
        if mode == SUBMODULE:
            yield b'M 160000 %b "%b"\n' % (content, quoted)
        else:
            yield b'M %o inline "%b"\ndata %d\n%b\n' % (mode, quoted, len(content), content)


def bytes_of(repo: GitRepository, *args: str, feed: bytes = b"") -> bytes:
    """Run git in a repository and give what it printed to the byte."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | IDENTITY
    return subprocess.run(["git", *args], cwd=repo.path, env=env, input=feed, capture_output=True, check=True).stdout
