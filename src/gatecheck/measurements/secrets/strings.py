"""What the functions that a string is hidden in make of it: decoders, templates, codes of characters. Plain strings."""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Mapping, Sequence

LONGEST = 65_536  # characters of a folded string: no secret is longer
SHORT = 256  # characters of what is replaced and by what: a replacement can square a length
_FIELDS = re.compile(r"(?:[^{}]|\{\w{0,30}\}){1,1000}")  # a template whose fields reach into nothing and pad nothing
_DECODERS: dict[str, Callable[[str], bytes]] = {
    "b64decode": base64.b64decode,
    "standard_b64decode": base64.b64decode,
    "a2b_base64": base64.b64decode,
    "urlsafe_b64decode": base64.urlsafe_b64decode,
    "b85decode": base64.b85decode,
    "a85decode": base64.a85decode,
    "b32decode": base64.b32decode,
    "b16decode": base64.b16decode,
    "unhexlify": binascii.unhexlify,
    "a2b_hex": binascii.unhexlify,
    "fromhex": bytes.fromhex,
}
DECODERS = frozenset(_DECODERS)


def decoded(name: str, text: str | None) -> str | None:
    """Decode a text as the function of that name does; what cannot be printed is no secret that was hidden."""
    if text is None or name not in _DECODERS:
        return None
    found = _DECODERS[name](text).decode("latin-1")
    return found if found.isprintable() else None


def of_codec(text: str | None, codec: str | None) -> str | None:
    """Decode a text as `codecs.decode(text, codec)` does."""
    if text is None or codec not in {"rot13", "rot_13"}:
        return decoded("fromhex" if codec == "hex" else "b64decode", text)
    return codecs.decode(text, "rot13")


def percented(template: str | None, words: Sequence[str | None]) -> str | None:
    """Give `template % words`; only %s is understood."""
    known = [word for word in words if word is not None]
    if template is None or len(known) < len(words) or re.search(r"%(?!s)", template):
        return None
    return template % tuple(known) if sum(map(len, known)) <= LONGEST else None


def formatted(template: str, words: Sequence[str | None], named: Mapping[str, str | None]) -> str | None:
    """Give `template.format(*words, **named)`."""
    known = [word for word in (*words, *named.values()) if word is not None]
    if len(known) < len(words) + len(named) or not _FIELDS.fullmatch(template):
        return None
    longest = len(template) * max(map(len, known), default=0)
    return template.format(*words, **named) if longest <= LONGEST * SHORT else None


def replaced(text: str, words: Sequence[str | None]) -> str | None:
    """Give `text.replace(old, new)`, unless it could grow without end."""
    old, new = words
    if old is None or new is None or any(len(each) > SHORT for each in (text, old, new)):
        return None
    return text.replace(old, new)
