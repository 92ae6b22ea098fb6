"""Which names say that their value is a secret, and of which sort."""

import re
from enum import StrEnum
from functools import lru_cache


class Sort(StrEnum):
    """What a name promises: passwords may be short words, keys are machine-made."""

    PASSWORD = "password"  # noqa: S105 - a word
    KEY = "key"


# Anything that `sort_of` could accept contains one of these, in lower case: what is looked at first, on whole texts.
HINT = re.compile(
    r"passw|passphrase|passcode|pwd|pass[\"'\]]?\s*[:=]|_pass\b|<pass\b|pw(?![a-z])|salt|secret|token|credential|bearer"
    r"|(?:api|app|logged[_-]?in|nonce|access|private|auth|encryption|signing|master|account|storage|session|ssh|hmac|crypto|deploy|service)"
    r"[_\-. ]?key"
)
HINT_WORDS = ("pass", "pw", "salt", "secret", "token", "credential", "bearer", "key")  # one is in all that HINT matches
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# What may follow the telling word: which environment, which spelling.
_TAILS = frozenset(
    (
        *(
            "prod",
            "production",
            "dev",
            "development",
            "stage",
            "staging",
            "test",
            "testing",
            "live",
            "local",
            "default",
        ),
        *("value", "str", "string", "text", "raw", "plain", "b64", "base64", "hex", "base", "old", "new", "current"),
        *("admin", "root", "user"),
    )
)
_PASSWORDS = ("password", "passwd", "passphrase", "passcode", "pwd")
_SHORT_PASSWORDS = frozenset(("pass", "pw"))
_KEYS = (
    *("secret", "token", "bearer", "credential", "apikey", "accesskey", "secretkey", "privatekey", "authkey"),
    *("encryptionkey", "signingkey", "masterkey", "accountkey", "storagekey", "sessionkey", "sshkey", "hmackey"),
    *("loggedinkey", "noncekey", "cryptokey", "deploykey", "servicekey", "appkey", "salt"),
)
# `has_password`, `next_token`, `hashed_password`: what is kept under such a name is no secret.
_NEGATIONS = frozenset(
    (
        *("no", "has", "is", "show", "hide", "hashed", "hash", "encrypted", "public", "field", "label", "help", "min"),
        *(
            "max",
            "wrong",
            "bad",
            "invalid",
            "fake",
            "dummy",
            "example",
            "placeholder",
            "sample",
            "mock",
            "pad",
            "eos",
            "bos",
        ),
        *("unk", "mask", "stop", "sep", "end", "start", "next", "prev", "page", "cursor", "continuation"),
    )
)


@lru_cache(maxsize=4096)
def sort_of(name: str) -> Sort | None:
    """Give the sort of secret that a name promises, None where it promises none.

    >>> sort_of("DB_PASSWORD"), sort_of("apiKey"), sort_of("password_field")
    (<Sort.PASSWORD: 'password'>, <Sort.KEY: 'key'>, None)
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    while len(words) > 1 and (words[-1] in _TAILS or words[-1].isdigit()):
        words.pop()
    if not words or _NEGATIONS.intersection(words):
        return None
    joined = "".join(words).removesuffix("s") if words[-1].endswith(("ds", "ts", "ns", "ys")) else "".join(words)
    if joined.endswith(_PASSWORDS) or words[-1] in _SHORT_PASSWORDS:
        return Sort.PASSWORD
    return Sort.KEY if joined.endswith(_KEYS) else None
