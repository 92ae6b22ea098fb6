"""What a program that tries trials said on its record: what a test wrote there by chance is passed over."""

from collections.abc import Iterator

import msgspec


class Said(msgspec.Struct, frozen=True, tag_field="kind", tag="ended"):
    """How one trial ended; `noticed` is None where it could not be tried there. seconds: how long it took.

    skipped: the tests that said themselves that they do not run, where none was red.
    """

    nonce: str
    trial: int
    noticed: bool | None
    by: str = ""
    message: str = ""
    seconds: float = 0.0
    skipped: tuple[str, ...] = ()


class Final(msgspec.Struct, frozen=True, tag_field="kind", tag="final"):
    """The program ended in order, with pytest's code."""

    nonce: str
    code: int


_LINE = msgspec.json.Decoder(Said | Final)


def read_endings(text: bytes, nonce: str) -> dict[int, Said]:
    """Read a record; a trial of which nothing is said did not end."""
    return {said.trial: said for said in _entries(text) if isinstance(said, Said) and said.nonce == nonce}


def _entries(text: bytes) -> Iterator[Said | Final]:
    for line in text.split(b"\n"):
        try:
            yield _LINE.decode(line)
        except (msgspec.MsgspecError, RecursionError):
            continue
