"""Whether a text could hold a token at all: the engine that knows tokens takes longer to load than this to look."""

import re

_RUN = re.compile(r"[A-Za-z0-9+/=_~\-]{12,}")  # the shortest part of any token without a mark in it
_SWING = re.compile(r"(?=[A-Za-z][0-9]|[0-9][A-Za-z]|[a-z][A-Z])")
_DIGIT_SWING = re.compile(r"(?=[A-Za-z][0-9]|[0-9][A-Za-z])")
_LOW_RUN = re.compile(r"[^0-9A-Z]*")
# What needs no swing: beginnings of tokens, and what no word is as long as.
_TELLING_RUN = re.compile(r"\b(?:A3T|AKIA|ASIA|ABIA|ACCA|xox[a-z]-|xapp-|rk_|dvc_|SWMKEY-|Mid-)|[A-Za-z]{30}|[0-9]{14}")
# In lower case; one of the words is in every text that it matches, and they are found faster.
_TELLING = re.compile(r"-----begin|\bsk_|contribsys|incoming\+|kind:\s{0,9}[\"']?secret")
_WORDS = (
    "---begin",
    "sk_",
    "contribsys",
    "incoming+",
    "kind:",
)


def could_hold_token(text: str) -> bool:
    """Tell whether the engine could find anything in a text: a run of characters that swings as no word does."""
    if any(_swings(run) or _TELLING_RUN.search(run) for run in set(_RUN.findall(text))):
        return True
    lowered = text.lower()
    return any(word in lowered for word in _WORDS) and _TELLING.search(lowered) is not None


def _swings(run: str) -> bool:
    if _LOW_RUN.fullmatch(run):
        return False
    return len(_DIGIT_SWING.findall(run)) >= 2 or len(_SWING.findall(run)) >= 3  # noqa: PLR2004 - the measured bounds
