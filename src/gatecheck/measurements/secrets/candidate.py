"""What the detectors hand on. Raw values live here, in memory, and never leave the measurement."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

ROUNDS = 100_000  # of PBKDF2: 40 ms a guess, so that a fingerprint in a report gives no short password away


class Kind(StrEnum):
    """How sure a find is by its nature."""

    TOKEN = "token"  # noqa: S105 - a provider's token or a private key: its form alone proves it
    GENERIC = "generic"  # a plausible value under a telling name


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that may be a secret, at a line of a text. `weak`: it may as well be a stand-in or a word."""

    rule: str
    line: int
    value: str
    name: str = ""
    kind: Kind = Kind.GENERIC
    weak: bool = False


def fingerprint(rule: str, path: str, value: str) -> str:
    """Give 16 hex digits that a policy can accept: bound to the rule, the file and the content."""
    salt = f"gatecheck\0{rule}\0{path}".encode("utf-8", "surrogateescape")
    return hashlib.pbkdf2_hmac("sha256", value.encode("utf-8", "surrogateescape"), salt, ROUNDS).hex()[:16]
