"""Lock files: those of a known name, and requirements that a tool has written (pip-compile, uv, poetry, pdm).

Nobody reads their lines, so whether a file is one must not be the change's own word: what the base holds decides, and
of a new file every line must be of the kind that such a tool writes.
"""

import re

from gatecheck.change import FileChange
from gatecheck.globs import matcher

LOCKS = (
    *("uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "Pipfile.lock", "pylock*.toml", "package-lock.json"),
    *("pnpm-lock.yaml", "yarn.lock", "bun.lock", "Cargo.lock", "go.sum", "composer.lock", "Gemfile.lock"),
)
# What pip reads with -r and -c, as pip's manual and pip-tools' README name it.
_REQUIREMENTS = ("*requirement*.txt", "*constraint*.txt", "requirements/**/*.txt", "constraints/**/*.txt")
# The comments at the top with which pip-compile, uv, pdm, rye and others say that nobody edits the file.
_HEADER = re.compile(
    rb"^#.*(?:auto-?generated|@generated|generated (?:by|with)|pip-compile|uv pip compile)",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINES = 10
_HASH = re.compile(rb"--hash=\w+:[0-9a-f]{32,}")
# A requirement of one version or one address, with what may follow it: extras, markers, hashes; pip's own options.
_LINE = re.compile(
    rb"(?:[A-Za-z0-9][\w.-]*(?:\[[\w.,\s-]*\])?\s*(?:===?\s*[\w.!+*-]+|@\s*\S+)|-e\s+\S+|\.{0,2}/\S*)"
    rb"(?:\s*;(?:[^\\#\s]++|\s++(?!--hash=))*+)?(?:\s+--hash=\w+:[0-9a-f]+)*\s*(?:\\|#.*)?"
    rb"|--[a-z-]+(?:[=\s]\S+)?\s*\\?"
    rb"|#.*"
)


def is_lock(path: str) -> bool:
    """Tell whether a path is a dependency lock file by its name."""
    return matcher(LOCKS)(path)


def is_locked(file: FileChange) -> bool:
    """Tell whether a changed file is a lock file: by its name, or requirements that a tool has written."""
    if is_lock(file.path):
        return True
    if not matcher(_REQUIREMENTS)(file.path) or file.unread:
        return False
    old = file.before if file.old_path in {None, file.path} or matcher(_REQUIREMENTS)(file.old_path or "") else None
    known = file.after if old is None else old
    return known is not None and _is_written(known) and all(map(_is_plain, filter(None, (old, file.after))))


def _is_written(text: bytes) -> bool:
    """Tell whether a tool wrote requirements: it says so at the top, or each has a hash."""
    lines = text.split(b"\n")
    if _HEADER.search(b"\n".join(lines[:_HEADER_LINES])):
        return True
    joined = text.replace(b"\r\n", b"\n").replace(b"\\\n", b" ").split(b"\n")
    named = [line for line in joined if line[:1].isalnum()]
    return bool(named) and all(map(_HASH.search, named))


def _is_plain(text: bytes) -> bool:
    """Tell whether a file holds nothing but requirements of one version, their hashes, pip's options and comments."""
    return all(not line.strip() or _LINE.fullmatch(line.strip()) for line in text.split(b"\n"))
