"""The comments by which tools are told to keep quiet, read from Python's own tokens: a string is no comment."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from gatecheck.suppressions.model import MOST, Reach, Suppression

_WORD = r"[A-Za-z][\w-]*"
_WORDS = rf"{_WORD}(?:\s*,\s*{_WORD})*"
_RULES = r"(?:\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?)?"
_BRACKETS = rf"(?:\s*\[\s*(?P<codes>{_WORDS})?[\s,]*\])?"
_EQUALS = rf"\s*=?\s*(?P<codes>{_WORDS})?"
# What in a `# mypy:` comment asks for more and not for less (mypy's manual, "The mypy configuration file").
_STRICTER = re.compile(
    r"(?:strict|disallow|warn|check|no-implicit|extra-checks|enable-error-code|enable-incomplete|local-partial)"
    r"(?!.*=\s*(?:false|no|off|0)\b).*",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"(?!allow|ignore|disable|implicit|no-)[\w-]+\s*=\s*(?:true|yes|on|1)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class _Form:
    tool: str
    kind: str
    pattern: re.Pattern[str]
    reach: Reach = Reach.LINE


def _form(tool: str, kind: str, pattern: str, reach: Reach = Reach.LINE) -> _Form:
    return _Form(tool, kind, re.compile(pattern, re.IGNORECASE), reach)


# The forms are those of the manuals: ruff "Error suppression", flake8 "Selecting and ignoring violations", mypy "Inline
# configuration", pyright "Comments", ty, pyrefly and pyre "Suppressions", pylint "Messages control".
_FORMS = (
    _form("ruff", "noqa", rf"noqa\b{_RULES}"),
    _form("ruff", "ruff: noqa", rf"(?:ruff|flake8)\s*:\s*noqa\b{_RULES}", Reach.FILE),
    _form("ruff", "ruff: file-ignore", rf"ruff\s*:\s*file-ignore\b{_BRACKETS}", Reach.FILE),
    _form("ruff", "ruff: ignore", rf"ruff\s*:\s*ignore\b{_BRACKETS}"),
    _form("ruff", "ruff: disable", rf"ruff\s*:\s*disable\b{_BRACKETS}", Reach.BLOCK),
    _form("mypy", "type: ignore", rf"type\s*:\s*ignore\b{_BRACKETS}"),
    _form("mypy", "mypy:", r"mypy\s*:\s*(?P<settings>[a-z].*)", Reach.FILE),
    _form("pyright", "pyright: ignore", rf"pyright\s*:\s*ignore\b{_BRACKETS}"),
    _form("pyright", "pyright:", r"pyright\s*:\s*(?P<settings>basic|off|report\w+\s*=\s*(?:false|none))", Reach.FILE),
    _form("ty", "ty: ignore", rf"ty\s*:\s*ignore\b{_BRACKETS}"),
    _form("pyrefly", "pyrefly: ignore-errors", r"pyrefly\s*:\s*ignore-errors\b", Reach.FILE),
    _form("pyrefly", "pyrefly: ignore", rf"pyrefly\s*:\s*ignore\b{_BRACKETS}"),
    _form("pyre", "pyre-ignore-all-errors", r"pyre-ignore-all-errors\b", Reach.FILE),
    _form("pyre", "pyre-ignore", rf"pyre-(?:ignore|fixme)\b{_BRACKETS}"),
    _form("pytype", "pytype: skip-file", r"pytype\s*:\s*skip-file\b", Reach.FILE),
    _form("pytype", "pytype: disable", rf"pytype\s*:\s*disable\b{_EQUALS}"),
    _form("pylint", "pylint: skip-file", r"pylint\s*:\s*skip-file\b", Reach.FILE),
    _form("pylint", "pylint: disable", rf"pylint\s*:\s*disable(?:-next|-msg)?\b{_EQUALS}"),
    _form("bandit", "nosec", r"nosec\b(?:\s*:?\s*(?P<codes>B\d+(?:[\s,]+B\d+)*))?"),
    _form("semgrep", "nosemgrep", rf"nosemgrep\b(?:\s*:\s*(?P<codes>{_WORDS}))?"),
    _form("isort", "isort: skip", r"isort\s*:\s*(?:skip|off|skip_file|dont-add-imports)\b"),
    _form("formatter", "fmt: off", r"(?:fmt|yapf|ruff\s*:\s*fmt)\s*:\s*(?:off|skip|disable)\b"),
)


@dataclass(frozen=True)
class _Comment:
    """One comment. source: the logical line that it stands in or above; top: no code stands above it."""

    text: str
    line: int
    own_line: bool
    top: bool
    source: str
    span: tuple[int, int]


def comments_in(source: bytes) -> list[Suppression] | None:
    """Find the comments that keep a tool quiet; None where Python's tokenizer cannot read the source."""
    try:
        comments = list(_comments(source))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    above = {comment.line: comment.text for comment in comments if comment.own_line}
    return [found for comment in comments for found in _read(comment, above.get(comment.line - 1, ""))]


def _comments(source: bytes) -> Iterator[_Comment]:
    waiting: list[tuple[tokenize.TokenInfo, bool]] = []
    words: list[str] = []
    first, began = True, 0
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            waiting.append((token, first and not words))
        elif token.type in {tokenize.NEWLINE, tokenize.ENDMARKER}:
            text = _joined(words)
            for found, top in waiting:
                line, own = found.start[0], not found.line[: found.start[1]].strip()
                inside = not own or line >= began > 0  # else the comment stands above the statement
                yield _Comment(found.string, line, own, top, text, (began if inside else line, token.start[0]))
            waiting, words, first, began = [], [], first and not text, 0
        elif token.type not in {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}:
            began = began or token.start[0]
            words.append(token.string)


def _joined(words: list[str]) -> str:
    """Join the tokens of a logical line; a comma before a closing bracket is layout."""
    return re.sub(r"(?: ,)? ([)\]}])", r" \1", " ".join(words))[:MOST]


def _read(comment: _Comment, above: str) -> Iterator[Suppression]:
    segments = [segment.strip(" \t:!") for segment in comment.text.split("#")]
    read = [(segment, _match(segment)) for segment in segments if segment]
    words = [segment[found[1].end() :] if found else segment for segment, found in read]
    said = _reason(" ".join(words)) or ("" if _match(above.strip("# \t")) else _reason(above))
    for found in (found for _, found in read if found):
        yield from _suppressions(*found, comment, said)


def _match(segment: str) -> tuple[_Form, re.Match[str]] | None:
    return next(((form, match) for form in _FORMS if (match := form.pattern.match(segment))), None)


def _reason(words: str) -> str:
    """Give what is said in words; a lone word, a code or a link is none."""
    said = " ".join(words.strip("#-:;,.()[] \t").split())
    return said if len(re.findall(r"[^\W\d_]{2,}", re.sub(r"https?://\S+", "", said))) > 1 else ""


def _suppressions(form: _Form, match: re.Match[str], comment: _Comment, said: str) -> Iterator[Suppression]:
    groups = match.groupdict()
    codes = tuple(sorted(set(re.split(r"[\s,]+", (groups.get("codes") or "").strip())) - {""}))
    kind, reach = form.kind, form.reach
    if settings := groups.get("settings"):
        if form.tool == "mypy" and all(_stricter(one) for one in settings.split(",") if one.strip()):
            return
        kind = f"{kind} {settings.strip()}"
    elif kind == "type: ignore" and comment.own_line and comment.top:
        reach = Reach.FILE  # mypy's manual, "Ignoring a whole file"
    elif kind == "pylint: disable" and comment.own_line:
        reach = Reach.BLOCK
    source = "" if reach is Reach.FILE else comment.source
    yield Suppression(form.tool, kind, comment.line, comment.span, source, codes, reach, said)


def _stricter(setting: str) -> bool:
    return bool(_STRICTER.fullmatch(setting.strip()) or _LOOSE.fullmatch(setting.strip()))
