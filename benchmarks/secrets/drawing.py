"""Draws values as real ones look, and disguises them. No value of it stands anywhere: each comes from a seed."""

import base64
import codecs
import json
import random
import re
import string
import zlib
from collections.abc import Callable

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"
WORDS = [
    "river",
    "copper",
    "maple",
    "thunder",
    "velvet",
    "harbor",
    "falcon",
    "ember",
    "quartz",
    "willow",
    "saddle",
    "meadow",
    "lantern",
    "pepper",
]


def drawn(name: str, rnd: random.Random) -> str:
    """Draw what a mark stands for."""
    if name.startswith("T_"):
        return "".join(_piece(piece, rnd) for piece in _TOKENS[name[2:]])
    if name.startswith("D_"):
        return _DISGUISES[name[2:]](password(rnd))
    if match := re.fullmatch(r"(HEX|B64|URL)(\d+)", name):
        return _run({"HEX": HEX, "B64": ALNUM + "+/", "URL": ALNUM + "-_"}[match[1]], int(match[2]), rnd)
    return _OTHERS[name](rnd)


def password(rnd: random.Random) -> str:
    """Draw a password as people and generators make them: words with a number and a mark, or a run of anything."""
    words = rnd.sample(WORDS, 2)
    number, mark = str(rnd.randrange(10, 9999)), rnd.choice("!?$%&*+#")
    return rnd.choice(
        (
            words[0].capitalize() + words[1].capitalize() + number + mark,
            words[0] + number + mark + words[1],
            words[0][:4].capitalize() + mark + number + words[1][:3].upper(),
            _run(ALNUM, 10, rnd) + number,
            _run(ALNUM + "!%*+-", 15, rnd) + "7",
        )
    )


def _run(alphabet: str, length: int, rnd: random.Random) -> str:
    return "".join(rnd.choice(alphabet) for _ in range(length))


def _piece(piece: str | tuple[str, int], rnd: random.Random) -> str:
    return piece if isinstance(piece, str) else _run(piece[0], piece[1], rnd)


def _github(rnd: random.Random) -> str:
    """Draw a token of GitHub's with the checksum that it ends with."""
    body, number, digits = _run(ALNUM, 30, rnd), 0, ""
    alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
    number = zlib.crc32(body.encode())
    while number:
        number, rest = divmod(number, 62)
        digits = alphabet[rest] + digits
    return "gh" + "p_" + body + digits.rjust(6, "0")


def _pem(kind: str, rnd: random.Random) -> str:
    lines = "\n".join(_run(ALNUM + "+/", 64, rnd) for _ in range(12))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


def _jwt(rnd: random.Random) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": str(rnd.randrange(10**9)), "iat": rnd.randrange(10**9)})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join((*encoded, _run(ALNUM + "-_", 43, rnd)))


_TOKENS: dict[str, tuple[str | tuple[str, int], ...]] = {
    "GITLAB": ("gl", "pat-", (ALNUM, 20)),
    "SLACK": ("xo", "xb-", (string.digits, 12), "-", (string.digits, 12), "-", (ALNUM, 24)),
    "SLACKHOOK": (
        "https://hooks.sl",
        "ack.com/services/T",
        (string.ascii_uppercase + string.digits, 9),
        "/B",
        (string.ascii_uppercase + string.digits, 9),
        "/",
        (ALNUM, 24),
    ),
    "STRIPE": ("sk", "_live_", (ALNUM, 24)),
    "OPENAI": ("sk-", "proj-", (ALNUM, 74), "T3Blb", "kFJ", (ALNUM, 74)),
    "ANTHROPIC": ("sk-", "ant-api03-", (ALNUM + "-_", 93), "AA"),
    "AWSID": ("AK", "IA", ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    "AWSSECRET": ((ALNUM + "+/", 40),),
    "GOOGLE": ("AI", "za", (ALNUM + "-_", 35)),
    "SENDGRID": ("S", "G.", (ALNUM, 22), ".", (ALNUM, 43)),
    "NPM": ("np", "m_", (ALNUM, 36)),
    "PYPI": ("py", "pi-AgEIcHlwaS5vcmc", (ALNUM + "-_", 90)),
    "TELEGRAM": ((string.digits[1:], 10), ":A", "A", (ALNUM + "-_", 33)),
    "DIGITALOCEAN": ("do", "p_v1_", (HEX, 64)),
    "HUGGINGFACE": ("h", "f_", (string.ascii_letters, 34)),
    "SHOPIFY": ("shp", "at_", (HEX, 32)),
    "DATABRICKS": ("da", "pi", (HEX, 32)),
    "TWILIO": ("S", "K", (HEX, 32)),
    "DOCKER": ("dc", "kr_pat_", (ALNUM, 27)),
    "VAULT": ("hv", "s.", (ALNUM, 92)),
    "LINEAR": ("lin", "_api_", (ALNUM, 40)),
    "POSTMAN": ("PM", "AK-", (HEX, 24), "-", (HEX, 34)),
    "NEWRELIC": ("NR", "AK-", (string.ascii_uppercase + string.digits, 27)),
    "GRAFANA": ("gl", "sa_", (ALNUM, 32), "_", (HEX, 8)),
    "AZURE": ((ALNUM + "+/", 86), "=="),
    "MAILCHIMP": ((HEX, 32), "-us", ("12345678", 1)),
}

_OTHERS: dict[str, Callable[[random.Random], str]] = {
    "PW": password,
    "KEY": lambda rnd: rnd.choice((_run(HEX, 32, rnd), _run(ALNUM, 40, rnd), _run(ALNUM + "-_", 43, rnd))),
    "GITHUB": _github,
    "JWT": _jwt,
    "RSA": lambda rnd: _pem("RSA PRIVATE" + " KEY", rnd),
    "EC": lambda rnd: _pem("PRIVATE" + " KEY", rnd),
    "PUBLIC": lambda rnd: _pem("PUBLIC KEY", rnd),
    "CERT": lambda rnd: _pem("CERTIFICATE", rnd),
    "UUID": lambda rnd: "-".join(_run(HEX, length, rnd) for length in (8, 4, 4, 4, 12)),
    "BASIC": lambda rnd: base64.b64encode(f"bot:{password(rnd)}".encode()).decode(),
    "DJANGO": lambda rnd: "django-insecure-" + _run(LOWER + "!@#$%^&*(-_=+)", 50, rnd),
    "FERNET": lambda rnd: base64.urlsafe_b64encode(rnd.randbytes(32)).decode(),
    "PIECES": lambda rnd: '" + "'.join(re.findall(".{1,14}", _github(rnd))),
}


def _half(value: str) -> tuple[str, str]:
    return value[: len(value) // 2], value[len(value) // 2 :]


_DISGUISES: dict[str, Callable[[str], str]] = {
    "PLUS": lambda value: '"{}" + "{}"'.format(*_half(value)),
    "BESIDE": lambda value: '("{}" "{}")'.format(*_half(value)),
    "JOIN": lambda value: '"".join(["{}", "{}"])'.format(*_half(value)),
    "FORMAT": lambda value: '"{{}}{{}}".format("{}", "{}")'.format(*_half(value)),
    "NAMED": lambda value: '"{{a}}{{b}}".format(a="{}", b="{}")'.format(*_half(value)),
    "PERCENT": lambda value: '"%s%s" % ("{}", "{}")'.format(*_half(value)),
    "FSTRING": lambda value: 'f"{{{!r}}}{{{!r}}}"'.format(*_half(value)),
    "B64": lambda value: f'base64.b64decode("{base64.b64encode(value.encode()).decode()}").decode()',
    "B85": lambda value: f'base64.b85decode("{base64.b85encode(value.encode()).decode()}").decode()',
    "HEX": lambda value: f'bytes.fromhex("{value.encode().hex()}").decode()',
    "CHRS": lambda value: f'"".join(chr(code) for code in {[ord(char) for char in value]})',
    "MAPPED": lambda value: f'"".join(map(chr, {[ord(char) for char in value]}))',
    "LISTED": lambda value: f'"".join([chr(code) for code in {[ord(char) for char in value]}])',
    "REVERSED": lambda value: f'"{value[::-1]}"[::-1]',
    "REVCALL": lambda value: f'"".join(reversed("{value[::-1]}"))',
    "BYTES": lambda value: f"bytes({list(value.encode())}).decode()",
    "BLITERAL": lambda value: f'b"{value}".decode()',
    "ROT13": lambda value: f'codecs.decode("{codecs.encode(value, "rot13")}", "rot13")',
    "ESCAPED": lambda value: '"' + "".join(f"\\x{ord(char):02x}" for char in value) + '"',
    "ZERO": lambda value: '"' + "\u200b".join(_half(value)) + '"',
    "LATER": lambda value: 'HEAD + TAIL\nHEAD = "{}"\nTAIL = "{}"'.format(*_half(value)),
    "STRIP": lambda value: f'"  {value}  ".strip()',
    "JSB": lambda value: "atob('" + base64.b64encode(value.encode()).decode() + "')",
    "JSPLUS": lambda value: "'{}' + '{}'".format(*_half(value)),
    "K8S": lambda value: base64.b64encode(value.encode()).decode(),
}
