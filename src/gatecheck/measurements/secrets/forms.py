"""What its form alone gives away, in any text: keys' headers, hashes, a few tokens, and what commands take."""

import re
from collections.abc import Iterator

from gatecheck.measurements.secrets.candidate import Candidate, Kind
from gatecheck.measurements.secrets.texts import Text

_PUTTY = re.compile(r"^PuTTY-User-Key-File-\d: \S+")
_HASHED = re.compile(r"\$(?:2[abxy]|[56y]|apr1|argon2[id]{1,2})\$[./A-Za-z0-9$=,+\-]{22,200}")
# Passwords that commands take without a name: sshpass -p X, mysql -pX, docker login -p X, curl -u me:X.
_COMMAND = re.compile(
    r"\b(?:sshpass\s{1,9}-p\s{0,9}|mysql(?:dump|admin)?\b[^|;&\n]{0,200}?\s-p"
    r"|(?:docker|podman|helm)\b[^|;&\n]{0,80}?\blogin\b"
    r"[^|;&\n]{0,200}?\s-p\s{1,9})(?P<quote>[\"']?)(?P<value>[^\s\"'`]{4,200})(?P=quote)(?=[\s\"']|$)"
)
# The first line of a command, or one that a backslash makes its continuation.
_CURL = re.compile(
    r"(?:\bcurl\b.{0,500}?\s|^\s{0,20})(?:-u|--user)[ =]{0,3}[\"']?[^\s:\"'<$]{0,100}:[\"']?(?P<value>[^\s\"']{4,200})"
)
_BY_NAME = {
    "pgpass": re.compile(r"^[^#:\s][^:\s]*(?::[^:\s]+){3}:(?P<value>\S{4,200})$"),
    "master.key": re.compile(r"^(?P<value>[0-9a-f]{32})$"),
    "logins.json": re.compile(r"encrypted(?:Username|Password)\":\s?\"(?P<value>M[DF][A-Za-z0-9+/]{40,300}={0,2})"),
    "esmtprc": re.compile(r"^\s*password\s+\"?(?P<value>[^\s\"]{4,200})\"?$"),
}
# By a mark that is looked for first: forms that prove themselves, and that the engine believes only beside their
# provider's name.
_FORMS = {
    ":AA": ("telegram-bot-token", re.compile(r"(?<![\w:\-])[1-9]\d{7,9}:AA[\w\-]{33}(?![\w\-])")),
    "NRAK-": ("new-relic-user-key", re.compile(r"\bNRAK-[A-Z0-9]{27}\b")),
    "Q~": ("azure-client-secret", re.compile(r"(?<![\w~.\-])[\w~.]{3}\dQ~[\w~.\-]{31,34}(?![\w~\-])")),
}
_CALLED = ("sshpass", "mysql", " login")
MARKS = ("$", "PuTTY", *_FORMS, *_CALLED, "curl", "-u")
COMMANDS = frozenset(("sshpass", "mysql", "mysqldump", "mysqladmin", "docker", "podman", "helm", "curl"))


def is_known(text: Text) -> bool:
    """Tell whether a file's name says what its lines are."""
    return text.path.rsplit("/", 1)[-1].lstrip(".") in _BY_NAME


def find(number: int, line: str) -> Iterator[Candidate]:
    """Give what its form alone gives away."""
    for match in _HASHED.finditer(line) if "$" in line else ():
        yield Candidate("password-hash", number, match[0], weak=True)
    for mark, (rule, form) in _FORMS.items():
        if mark in line:
            yield from (Candidate(rule, number, match[0], kind=Kind.TOKEN) for match in form.finditer(line))
    if _PUTTY.match(line):
        yield Candidate("private-key", number, line, kind=Kind.TOKEN)


def of_commands(line: str) -> Iterator[str]:
    """Give the passwords that commands are given without a name."""
    if any(called in line for called in _CALLED):
        yield from (match["value"] for match in _COMMAND.finditer(line))
    if "-u" in line:
        yield from (match["value"] for match in _CURL.finditer(line))


def find_by_file(number: int, line: str, text: Text) -> Iterator[Candidate]:
    """Look at files whose name says what their lines are: PostgreSQL's passwords, Rails' keys, Firefox' logins."""
    name = text.path.rsplit("/", 1)[-1]
    form = _BY_NAME.get(name.lstrip("."))
    for match in form.finditer(line) if form else ():
        yield Candidate("stored-credential", number, match["value"], weak=name != "master.key")
