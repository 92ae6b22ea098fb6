"""Characters that are not seen: marks of direction, invisible ones, control characters.

Sources: CVE-2021-42574 (Trojan Source) for the marks of direction; Unicode's Default_Ignorable_Code_Point for the
invisible ones, with the blank letters of Hangul and Braille, that were used to hide code as well.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import partial

from gatecheck.change import FileChange
from gatecheck.hidden.kinds import Text, at_lines, is_code, new_lines
from gatecheck.model import Finding, Severity

_OVERRIDES = "\u202a-\u202e\u2066-\u2069"
_MARKS = "\u200e\u200f\u061c"
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_BLANKS = (
    "\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff\u180b-\u180f\u034f\u17b4\u17b5\ufff0-\ufff8"
    "\u115f\u1160\u3164\uffa0\u2800"
)
_CLOTHED = re.compile(f"[{_OVERRIDES}{_MARKS}{_JOINERS}{_SELECTORS}{_TAGS}{_BLANKS}\u00ad]")
_OVERRIDE = re.compile(f"[{_OVERRIDES}]")
_MARK = re.compile(f"[{_MARKS}]")
# A flag of a region (England's) is a black flag, tags and the cancel tag; all other tags are letters in hiding.
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f")
_LETTERS_IN_HIDING = re.compile(f"[{_TAGS}]|[{_SELECTORS}]{{3,}}|[\U000e0100-\U000e01ef]{{2,}}")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|(?<!\r)\r++(?=[^\n])|^[ \t]+\x0c[ \t\x0c]*[^\s]")
_RETURN = re.compile(rb"(?<!\r)\r++(?=[^\n])")
_REACHES = 0x80  # the first character beyond ASCII

_LEVELS = {
    "hidden-text": dict.fromkeys(Text, Severity.ERROR) | {Text.DATA: Severity.WARNING},
    "bidirectional-control": {
        Text.PYTHON: Severity.ERROR,
        Text.CODE: Severity.ERROR,
        Text.PROSE: Severity.WARNING,
        Text.DATA: Severity.NOTE,
    },
    "invisible-character": {Text.PYTHON: Severity.ERROR, Text.CODE: Severity.WARNING},
    "direction-mark": {Text.PYTHON: Severity.WARNING, Text.CODE: Severity.WARNING},
}
_ESCAPE = "write it as an escape, such as '\\u200b', or leave it out"


def hidden_characters(file: FileChange, kind: Text, tested: bool) -> Iterator[Finding]:
    """Look for characters beyond ASCII that cannot be seen; `tested`: the file is test code, and may be about them."""
    code = kind in {Text.PYTHON, Text.CODE}
    if file.binary and not code:
        return
    found: dict[str, dict[int, str]] = {}
    for number, raw in new_lines(file):
        if raw.isascii() or (not code and not _is_text(raw)):
            continue
        for rule, character in _in_line(raw.decode("utf-8", "replace").removeprefix("\ufeff" if number == 1 else "")):
            found.setdefault(rule, {}).setdefault(number, character)
    for rule, lines in found.items():
        level = _LEVELS[rule].get(kind)
        if rule == "bidirectional-control" and kind is Text.DATA and is_code(file.path):
            level = Severity.WARNING  # a translation in JavaScript, or generated
        if tested and rule == "invisible-character" and level:
            level = Severity.WARNING
        if level:
            message = f"{named(next(iter(lines.values())))} is in the line and cannot be seen"
            yield at_lines(rule, file.path, list(lines), message, _ESCAPE, level)


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _in_line(line: str) -> Iterator[tuple[str, str]]:
    if not _CLOTHED.search(line):
        return
    bare = _FLAG.sub("", line)
    if match := _LETTERS_IN_HIDING.search(bare):
        yield "hidden-text", match.group()[0]
    if match := _OVERRIDE.search(bare):
        yield "bidirectional-control", match.group()
    if match := _MARK.search(bare):
        yield "direction-mark", match.group()
    if match := next(filter(partial(_misplaced, bare), _CLOTHED.finditer(bare)), None):
        yield "invisible-character", match.group()


def _misplaced(line: str, match: re.Match[str]) -> bool:
    """Tell whether a character is of use to nobody: a joint or selector belongs behind a character beyond ASCII."""
    character, place = match.group(), match.start()
    before, after = line[place - 1 : place], line[place + 1 : place + 2]
    if re.match(f"[{_OVERRIDES}{_MARKS}{_TAGS}]", character):
        return False  # told apart
    if re.match(f"[{_SELECTORS}]", character):
        return not before or (ord(before) < _REACHES and before not in "0123456789#*")
    if re.match(f"[{_JOINERS}]", character):
        return all(not side or ord(side) < _REACHES for side in (before, after))
    return not (character == "\u2800" and _is_braille(before + after))


def _is_braille(around: str) -> bool:
    return any("\u2800" < character <= "\u28ff" for character in around)


def named(character: str) -> str:
    """Name a character by its code and Unicode's name for it."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def control_bytes(file: FileChange, kind: Text, tested: bool) -> Iterator[Finding]:
    r"""Look for control characters in code: b"\r" alone ends a line for Python, and for git it does not."""
    if kind not in {Text.PYTHON, Text.CODE}:
        return
    found: dict[str, list[int]] = {}
    for number, line in new_lines(file):
        if match := _CONTROL.search(line):
            lone = _RETURN.search(line) or b"\0" in line or b"\x0c" in match.group()
            found.setdefault("hidden-line" if lone else "control-character", []).append(number)
    for rule, lines in found.items():
        weight = (rule == "hidden-line") + (kind is Text.PYTHON)  # in tests, only both together are an error
        level = Severity.ERROR if weight > tested else Severity.WARNING
        yield at_lines(rule, file.path, lines, _TOLD[rule], "write it as an escape, such as '\\x1b'", level)


_TOLD = {
    "hidden-line": "a carriage return, form feed or NUL within the line: what runs is not what is shown",
    "control-character": "a control character within the line, that a terminal obeys and does not show",
}
