"""Names that are written with letters that look like others.

Python compares names after NFKC (its reference, "Identifiers and keywords"): a name that NFKC turns into ASCII *is* the
ASCII name. The table has the letters of Unicode's confusables.txt whose usual shape is that of an ASCII letter.
"""

import builtins
import keyword
import re
import unicodedata
from dataclasses import dataclass

# The letter that is read, and the code point that is written.
_TABLE = """
  a 0430  c 0441  d 0501  e 0435  h 04bb  i 0456  j 0458  l 04cf  o 043e  p 0440  q 051b  s 0455
  w 051d  x 0445  y 0443  A 0410  B 0412  C 0421  E 0415  H 041d  I 0406  J 0408  K 041a  M 041c
  O 041e  P 0420  S 0405  T 0422  X 0425  Y 0423  G 050c
  o 03bf  A 0391  B 0392  E 0395  Z 0396  H 0397  I 0399  K 039a  M 039c  N 039d  O 039f  P 03a1
  T 03a4  Y 03a5  X 03a7  c 03f2  j 03f3
  o 0585  n 0578  u 057d  h 0570  g 0581  O 0555  S 054f
  A a4ee  A 13aa  B 13f4  C 13df  E 13ac  H 13bb  J 13ab  K 13e6  L 13de  M 13b7  P 13e2  R 13a1
  S 13da  T 13a2  V 13d9  W 13b3  Z 13c3  a 0251  g 0261  o 1d0f  c 1d04  u 1d1c  v 1d20
  w 1d21  z 1d22  l 217c
"""
# Letters that a hasty reader may take for others; physics writes the Greek ones all day, and Turkish the dotless i.
_NEAR_TABLE = "i 0131  a 03b1  y 03b3  i 03b9  v 03bd  p 03c1  t 03c4  u 03c5  x 03c7"


def _letters(table: str) -> dict[int, str]:
    words = table.split()
    return {int(code, 16): letter for letter, code in zip(words[::2], words[1::2], strict=True)}


_LOOKS, _NEAR = _letters(_TABLE), _letters(_NEAR_TABLE)
_RESERVED = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Disguise:
    """A name that is not what it looks like: as it is read, what is wrong, and whether nothing can excuse it."""

    as_read: str
    message: str
    certain: bool


def disguises(name: str, others: set[str]) -> Disguise | None:
    """Tell how a name that is not ASCII deceives; `others` are the ASCII names around it."""
    if (normal := unicodedata.normalize("NFKC", name)).isascii():
        return Disguise(normal, f"the name {name!a} is {normal!r} to Python", certain=True)
    read = as_read(normal)
    if read.isascii() and any(ord(letter) in _LOOKS for letter in normal):
        taken = read in others or read in _RESERVED
        certain = taken or any(map(_mixed, normal.split("_")))
        message = f"the name {name!a} reads as {read!r} and is another"
        return Disguise(read, message, certain) if certain or len(read) > 1 else None
    read = read.translate(_NEAR)
    if (
        read.isascii()
        and any(ord(letter) in _NEAR for letter in normal)
        and len(read) > 1
        and (read in others or read in _RESERVED)
    ):
        return Disguise(read, f"the name {name!a} is easily read as {read!r}", certain=False)
    return None


def as_read(name: str) -> str:
    """Give a name or path as a reader takes it: without accents, look-alike letters as those that they look like."""
    parts = unicodedata.normalize("NFKD", name.translate(_LOOKS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(_LOOKS)


def shaped(path: str) -> str:
    """Give a path with look-alike letters as those that they look like; accents are seen, and stay."""
    return path if path.isascii() else unicodedata.normalize("NFKC", path).translate(_LOOKS)


def _mixed(part: str) -> bool:
    """Tell whether a word has letters of Latin and look-alikes of another script."""
    return bool(_LETTER.search(part)) and any(ord(letter) in _LOOKS and not _is_latin(letter) for letter in part)


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")
