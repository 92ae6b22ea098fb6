"""What of a value, and of the line that holds it, may be shown.

A line may hold a value in pieces or wrapped, and other values beside it. So what is shown of it is what a name, a word
or a sign could be; every string and every run that could be a part of a value is covered.
"""

import re
from collections.abc import Iterable

WIDTH = 100  # characters of a line that are shown
_TELLING = 16  # characters from which a value's first four give nothing away
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----")
_STRING = re.compile(r"([\"'`])(?:\\.|(?!\1)[^\\])*\1")
_NUMBERS = re.compile(r"(?<!\d)\d++(?:\s*+,\s*+\d++)++")
# Runs that could be a part of a value, names before a sign left out.
_BEGINS, _OF_RUN = r"(?<![\w+/~$!%&*#?.\-])", r"[\w+/~$!%&*#?.\-]"
_LONG_RUN = re.compile(_BEGINS + _OF_RUN + r"{8,}+(?:={1,2}(?=[\s\"'`,;]|$))?+(?!\s*[:=(])")
_MIXED_RUN = re.compile(_BEGINS + r"(?=[^\W\d]*\d)" + _OF_RUN + r"{6,}+(?!\s*[:=(])")


def mask(value: str) -> str:
    """Show at most the first four characters, and those only of a single line of 16 or more."""
    return f"{value[:4]}…" if len(value) >= _TELLING and "\n" not in value else "…"


def masked_line(line: str, value: str, others: Iterable[str] = ()) -> str:
    r"""Give a line without what it holds of a value and of the others that were found on it.

    >>> masked_line('  password = "Harbor7-lantern!Qx93"', "Harbor7-lantern!Qx93")
    'password = "Harb…"'
    >>> masked_line('password = "Harbor7-" + "lantern!Qx93"', "Harbor7-lantern!Qx93")
    'password = "…" + "…"'
    """
    text = line.strip()
    if _PEM.fullmatch(text):
        return text
    whole = value in text
    for each in sorted({value, *others}, key=len, reverse=True):
        text = text.replace(each, mask(each))
    text = _MIXED_RUN.sub("…", text) if whole else _covered(text)
    return text if len(text) <= WIDTH else text[:WIDTH] + "…"


def _covered(text: str) -> str:
    text = _NUMBERS.sub("…", _STRING.sub(r"\1…\1", text))
    left = _STRING.sub("", text)
    return "…" if any(quote in left for quote in "\"'`") else _LONG_RUN.sub("…", text)
