"""Any text, line by line: names with values, passwords in addresses, authorization headers, allow comments."""

import base64
import re
from collections.abc import Iterator

from gatecheck.measurements.secrets import forms
from gatecheck.measurements.secrets.candidate import Candidate
from gatecheck.measurements.secrets.names import HINT, Sort
from gatecheck.measurements.secrets.plausible import suspect, unnamed
from gatecheck.measurements.secrets.texts import Text

WIDTH, OVERLAP = 4000, 300  # characters of a line that are looked at together: no line of any length takes long
# Languages and prose, where only a quoted value is a value. Everything else is configuration.
_QUOTED_ONLY = frozenset(
    (
        *(
            ".py",
            ".pyi",
            ".pyx",
            ".ipynb",
            ".js",
            ".jsx",
            ".mjs",
            ".cjs",
            ".ts",
            ".tsx",
            ".vue",
            ".svelte",
            ".go",
            ".java",
        ),
        *(
            ".kt",
            ".kts",
            ".scala",
            ".groovy",
            ".gradle",
            ".rb",
            ".php",
            ".c",
            ".h",
            ".cc",
            ".cpp",
            ".hpp",
            ".cs",
            ".rs",
        ),
        *(
            ".swift",
            ".m",
            ".mm",
            ".dart",
            ".lua",
            ".pl",
            ".r",
            ".ex",
            ".exs",
            ".erl",
            ".clj",
            ".ps1",
            ".sql",
            ".md",
            ".rst",
        ),
        *(
            ".txt",
            ".adoc",
            ".html",
            ".htm",
            ".css",
            ".scss",
            ".less",
            ".svg",
            ".po",
            ".graphql",
            ".proto",
            ".tex",
            ".diff",
        ),
        *(".patch", ".log", ".csv", ".tsv"),
    )
)
# `name: Type =` and `name Type =` are TypeScript's, Kotlin's and Go's; `--name=` is a command's.
_TYPE = r"(?:[ \t]?:[ \t]?(?:string|String|str|any|const)\b[?!]?|[ \t]string\b)?"
_NAME = (
    r"(?:(?<![\w.\-])|(?<=\s--)|(?<=[\"']--))(?P<name>[A-Za-z_][\w.\-]{0,80})[\"'\]]{0,2}"
    + _TYPE
    + r"[ \t]{0,20}(?:=>|:{0,3}=|\?=|\.=|:)[ \t]{0,20}"
)
_QUOTED = re.compile(_NAME + r"[bru]?(?P<quote>[\"'`])(?P<value>[^\"'`]{4,500})(?P=quote)")
_BARE = re.compile(_NAME + r"(?P<value>[^\s\"'`,;#][^\s\"'`,;]{3,499})(?=[\s,;#]|$)")
_VARIABLE = re.compile(r"^\s{0,20}variable\s{1,9}\"(?P<name>[\w\-]{1,80})\"\s{0,9}\{")
_DEFAULT = re.compile(r"^\s{0,20}default\s{0,20}=\s{0,20}\"(?P<value>[^\"]{4,500})\"")
_DEEP = 8  # lines between a Terraform variable and its default
_ENTRY_NAME = re.compile(r"^[ \t]*(?:-[ \t]+)?(?:name|key):[ \t]*[\"']?(?P<name>[\w.\-]{1,80})[\"']?[ \t]*$")
_ENTRY_VALUE = re.compile(r"^[ \t]*value:[ \t]*(?P<quote>[\"']?)(?P<value>[^\s\"']{4,500})(?P=quote)[ \t]*$")
_TAG = re.compile(r"<(?P<name>[A-Za-z_][\w.\-]{0,80})(?:\s[^<>]{0,200})?>(?P<value>[^<>\s]{4,500})</")
_PAIR = re.compile(
    r"(?:name|key|id)[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"'](?P<name>[\w.\-]{1,80})[\"'][\s,;]{1,9}[\"']?"
    r"value[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"'](?P<value>[^\"']{4,500})[\"']",
    re.IGNORECASE,
)
# `ENV NAME value` of Dockerfiles; `-H "Name: value"`; flags with a blank before their value.
_ENV = re.compile(r"^\s{0,20}ENV[ \t]{1,9}(?P<name>\w{1,80})[ \t]{1,9}[\"']?(?P<value>[^\s\"']{4,500})")
_HEADER_NAMED = re.compile(r"[\"'](?P<name>[A-Za-z][\w\-]{1,60}):[ ]{1,4}(?P<value>[^\s\"']{8,500})[\"']")
_FLAG = re.compile(
    r"(?<!\S)--(?P<name>[a-z][\w\-]{1,60})[ \t]{1,9}"
    r"(?P<quote>[\"']?)(?P<value>[^\s\"'`|&;<>()\\-][^\s\"'`]{3,300})(?P=quote)(?=\s|$)"
)
_DEFINE = re.compile(r"\bdefine\(\s{0,9}[\"'](?P<name>\w{1,80})[\"']\s{0,9},\s{0,9}[\"'](?P<value>[^\"']{4,500})[\"']")
_NETRC = re.compile(r"\b(?P<name>password)[ \t]{1,9}[\"']?(?P<value>[^\s\"']{4,200})")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.\-]{1,20}://[^\s:/\"'`<>]{0,128}:(?P<value>[^\s/\"'`<>]{3,256})@(?P<host>\[[0-9a-f:.]{2,45}\]|[\w.\-]{1,253})",
    re.IGNORECASE,
)
# What decodes to user:password, in a header, in Docker's and npm's configuration.
_BASIC = re.compile(
    r"(?:\bBasic[ \t]{1,4}|\b_?auth[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"']?)(?P<value>[A-Za-z0-9+/]{12,500}={0,2})"
)
_LOGIN = re.compile(
    r"\.(?:login|authenticate|auth)\(\s{0,9}[\"'][^\"']{1,100}[\"']\s{0,9},\s{0,9}[\"'](?P<value>[^\"']{4,200})[\"']"
)
_HEADER = re.compile(
    r"\b(?:Bearer|Authorization[\"']?: [\"']?(?:Api-?)?(?:Token|Key))[ \t]{1,4}"
    r"(?P<value>[A-Za-z0-9._~+/\-]{16,2000}={0,2})(?![\w$({<])"
)
_HEADER_BARE = re.compile(r"\bAuthorization:[ \t]{1,4}(?P<value>[A-Za-z0-9._~+/\-]{16,2000}={0,2})[\"']")
# Hosts that are nobody's: RFC 2606 and 6761 names, loopback, and the bare names that containers give each other.
_NOBODY = re.compile(
    r"(?:^|\.)(?:localhost|local|test|invalid|example|internal|example\.(?:com|org|net)|host)$"
    r"|^127\.|^0\.0\.0\.0|^\[?::1|^[a-z\d_\-]+$",
    re.IGNORECASE,
)
_UNNAMED = ((_HEADER, Sort.KEY), (_HEADER_BARE, Sort.KEY), (_LOGIN, Sort.PASSWORD))
# What is in every line in which `_plain` could find something but the password of an address.
_MARKS = ("bearer", "basic", "auth", "login", *(mark.lower() for mark in forms.MARKS))
_TERRAFORM = frozenset((".tf", ".tfvars", ".hcl"))
ALLOW_COMMENT = re.compile(
    r"(?:gitleaks|betterleaks|kingfisher):(?:allow|ignore)|trufflehog:ignore|ggignore|secretlint-disable"
    r"|pragma: ?(?:allowlist|whitelist)(?: nextline)? secret"
    r"|#\s*nosec\b(?!\s*:?\s*B(?!10[567]))|noqa:[^#\n]{0,200}\bS10[567]\b",
    re.IGNORECASE,
)

_ALLOW_WORDS = ("leaks:", "kingfisher:", "trufflehog:", "ggignore", "secretlint-", "pragma:", "nosec", "noqa:")


def find(text: Text, *, only_addresses: bool = False) -> Iterator[Candidate]:
    """Look through the added lines. `only_addresses`: names mean nothing here (hashes in a lock file)."""
    marked = text.holding(_MARKS) | {number for number in text.holding(("://",)) if "@" in text.lines[number - 1]}
    named = frozenset() if only_addresses else text.hinted
    given = frozenset() if only_addresses else _given(text)
    for number in sorted(marked | named | given):
        line = text.lines[number - 1]
        for part in _parts(line.replace("\\n", " ")):  # a text within a string: what its \n ends
            if number in marked:
                yield from _plain(number, part)
            if number in named and HINT.search(part.lower()):
                yield from _named(number, part, text)
        if number in given:
            yield from _by_place(number, line, text)


def find_in_comments(text: Text) -> Iterator[Candidate]:
    """Look through the added comment lines of Python, which its syntax tree does not hold."""
    for number in sorted(text.hinted):
        line = text.lines[number - 1]
        if line.lstrip().startswith("#"):
            yield from _matches(number, line, (_QUOTED,))


def allow_comments(text: Text) -> Iterator[tuple[int, str]]:
    """Give the added lines with a comment that tells some scanner to look away, and the comment."""
    for number in sorted(text.holding(_ALLOW_WORDS)):
        if match := ALLOW_COMMENT.search(text.lines[number - 1]):
            yield number, match[0].lstrip("# ")


def _given(text: Text) -> frozenset[int]:
    """Give the added lines whose name may stand on a line above that is old, or in the name of the file."""
    if forms.is_known(text):
        return frozenset(text.numbers)
    return frozenset(text.holding(("value:", "default") if text.suffix in _TERRAFORM else ("value:",)))


def _by_place(number: int, line: str, text: Text) -> Iterator[Candidate]:
    yield from forms.find_by_file(number, line, text)
    if entry := _ENTRY_VALUE.match(line):
        yield from _entry(number, entry["value"], text)
    if text.suffix in _TERRAFORM and (default := _DEFAULT.match(line)):
        yield from _default(number, default["value"], text)


def _parts(line: str) -> Iterator[str]:
    if len(line) <= WIDTH:
        yield line
    else:
        yield from (line[start : start + WIDTH] for start in range(0, len(line), WIDTH - OVERLAP))


def _plain(number: int, line: str) -> Iterator[Candidate]:
    if "://" in line:
        for match in _ADDRESS.finditer(line):
            nobody = _NOBODY.search(match["host"]) is not None
            yield from unnamed(Sort.PASSWORD, match["value"], number, "password-in-address", weak=nobody)
    for pattern, sort in _UNNAMED:
        for match in pattern.finditer(line):
            yield from unnamed(sort, match["value"], number)
    for value in forms.of_commands(line):
        yield from unnamed(Sort.PASSWORD, value, number)
    for match in _BASIC.finditer(line):
        yield from unnamed(Sort.PASSWORD, _password_of(match["value"]), number)
    yield from forms.find(number, line)


def _password_of(encoded: str) -> str:
    """Give the password of base64 that holds user:password, else nothing."""
    try:
        user, _, password = (
            base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("ascii").partition(":")
        )
    except ValueError:
        return ""
    return password if user.isprintable() and password.isprintable() else ""


def _named(number: int, line: str, text: Text) -> Iterator[Candidate]:
    if text.path.endswith((".netrc", "_netrc", ".authinfo", "esmtprc", "msmtprc")):
        yield from _matches(number, line, (_NETRC,))
    bare = () if not text.path or text.suffix in _QUOTED_ONLY else (_BARE, _ENV, _FLAG)
    yield from _matches(number, line, (_QUOTED, _PAIR, _TAG, _DEFINE, _HEADER_NAMED, *bare))


def _entry(number: int, value: str, text: Text) -> Iterator[Candidate]:
    """Look at the line above a `value:` for its `name:`, as Kubernetes and Compose write environments."""
    above = _ENTRY_NAME.match(text.lines[number - 2]) if number > 1 else None
    found = suspect(above["name"], value, number) if above else None
    if found:
        yield found


def _default(number: int, value: str, text: Text) -> Iterator[Candidate]:
    """Look above a Terraform default for the variable that it is given to."""
    for line in reversed(text.lines[max(0, number - 1 - _DEEP) : number - 1]):
        if above := _VARIABLE.match(line):
            found = suspect(above["name"], value, number)
            yield from (found,) if found else ()
            return


def _matches(number: int, line: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Candidate]:
    for pattern in patterns:
        for match in pattern.finditer(line):
            if found := suspect(match["name"], match["value"], number):
                yield found
