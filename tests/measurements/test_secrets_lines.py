"""Any text, line by line: configuration, other languages, notebooks, addresses, headers."""

import base64
import json
import time

import pytest

from gatecheck.change import History
from gatecheck.measurements.secrets import lines
from gatecheck.measurements.secrets.names import HINT, sort_of
from gatecheck.measurements.secrets.texts import Text, texts_of
from gatecheck.testing import change_of

PASSWORD = "kJ8mPq2zz9"  # noqa: S105 - made up, and plausible on purpose
KEY = "9f8b3c1d7e2a4f6b8c0d1e3f5a7b9c1d"
BASIC = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
PUTTY = "PuTTY-User-Key-File-2: ssh-rsa"


def text_of(path: str, source: str) -> Text:
    """Make a text of added lines, as the change gives it."""
    (text,) = texts_of(change_of({path: (None, source)}), History())
    return text


def values(path: str, source: str) -> set[str]:
    """Give the values found that are not weak."""
    return {candidate.value for candidate in lines.find(text_of(path, source)) if not candidate.weak}


@pytest.mark.parametrize(
    ("path", "source", "value"),
    [
        (".env", f"DB_PASSWORD={PASSWORD}", PASSWORD),
        (".env", "DB_PASSWORD=kJ8#mPq2zz9", "kJ8#mPq2zz9"),
        ("run.sh", f"export API_TOKEN={KEY}", KEY),
        ("Dockerfile", f"ENV DB_PASSWORD={PASSWORD}", PASSWORD),
        ("settings.yaml", f"  password: {PASSWORD}", PASSWORD),
        ("settings.yaml", f"- name: DB_PASSWORD\n  value: {PASSWORD}", PASSWORD),
        ("settings.json", f'{{"clientSecret": "{KEY}"}}', KEY),
        ("settings.json", f'{{"name": "DB_PASSWORD", "value": "{PASSWORD}"}}', PASSWORD),
        ("settings.toml", f"api-key = '{KEY}'", KEY),
        ("settings.ini", f"password = {PASSWORD}", PASSWORD),
        ("app.properties", f"spring.datasource.password={PASSWORD}", PASSWORD),
        ("settings.xml", f'<password encoding="plain">{PASSWORD}</password>', PASSWORD),
        ("settings.php", f"define( 'DB_PASSWORD', '{PASSWORD}' );", PASSWORD),
        ("settings.php", "define('AUTH_KEY', 'MW1pxMctoyA(>M%0Vl 2(#o0|2$cB+K|.G$hB~4`Juw@');", None),
        (".npmrc", f"//registry.example.org/:_authToken={KEY}", KEY),
        (".npmrc", f"_auth = {BASIC}", PASSWORD),
        (".netrc", f"machine example.org login me password {PASSWORD}", PASSWORD),
        ("app.js", f"const apiKey = '{KEY}';", KEY),
        ("app.js", f"client.login('me', '{PASSWORD}')", PASSWORD),
        ("app.py", f"    URL = 'postgres://me:{PASSWORD}@db.prod.acme.io/shop'", PASSWORD),
        ("requirements.txt", f"--index-url https://bot:{PASSWORD}@pypi.acme.io/simple", PASSWORD),
        ("doc.md", f"curl -u me:{PASSWORD} https://acme.io", PASSWORD),
        ("run.sh", f"curl -k https://acme.io \\\n  -u me:{PASSWORD}", PASSWORD),
        ("run.sh", f"curl -H 'Authorization: {KEY}' https://acme.io", KEY),
        ("doc.md", f"Authorization: Bearer {KEY}", KEY),
        ("doc.md", f"Authorization: Basic {BASIC}", PASSWORD),
        ("key.ppk", PUTTY, PUTTY),
        ("app.ts", f"export const apiKey: string = '{KEY}';", KEY),
        ("app.go", f'var apiKey string = "{KEY}"', KEY),
        ("Makefile", f"API_KEY :::= {KEY}", KEY),
        ("Dockerfile", f"ENV API_TOKEN {KEY}", KEY),
        ("run.sh", f"tool --password='{PASSWORD}' x", PASSWORD),
        ("run.sh", f"tool --api-token {KEY} x", KEY),
        ("run.sh", f"mysql -u root -p{PASSWORD} shop", PASSWORD),
        ("app.py", f"run('sshpass -p {PASSWORD} ssh acme.io')", PASSWORD),
        ("run.sh", f"curl -H 'X-Api-Key: {KEY}' https://acme.io", KEY),
        ("run.sh", f"curl -H 'Authorization: Token {KEY}' https://acme.io", KEY),
        ("main.tf", f'variable "db_password" {{\n  type = string\n  default = "{PASSWORD}"\n}}', PASSWORD),
        ("app.json", f'{{"app.ini": "API_TOKEN={KEY}\\nDEBUG=1"}}', KEY),
        ("config/master.key", KEY, KEY),
        ("bot.py", f"Bot('12345678:AA{KEY}x')", f"12345678:AA{KEY}x"),
    ],
)
def test_a_secret_is_found_in_every_dialect(path: str, source: str, value: str | None) -> None:
    """Names with values, and credentials that need no name."""
    found = values(path, source)

    assert value in found if value else len(found) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("ci.yaml", "password: ${{ secrets.PYPI2 }}"),
        ("ci.yaml", "- uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"),
        ("ci.yaml", "token-permissions: read-all2"),
        ("run.sh", "tool --password $PASSWORD2 x"),
        ("run.sh", "tool --token-file /run/secrets/a1 x"),
        ("run.sh", "mysql -u root -p$PASSWORD2 shop"),
        ("run.sh", "docker login -u me -p ${TOKEN2} ghcr.io"),
        ("Dockerfile", "ENV API_TOKEN ${TOKEN2}"),
        ("main.tf", 'variable "db_password" {\n  default = ""\n}\nvariable "b2" {\n  default = "a1b2c3d4"\n}'),
        ("app.ts", "function login(password: string, key2: string) {}"),
        ("compose.yaml", "POSTGRES_PASSWORD: ${PASSWORD:-postgres1}"),
        ("api.yaml", "access_token: {type: string, maxLength: 64}"),
        ("run.sh", "PASSWORD=$(cat /run/secrets/db2)"),
        ("run.sh", 'TOKEN="$1"'),
        ("setup.cfg", "password = %(password)s"),
        ("app.js", "const token = makeToken2(user.id42)"),
        ("pyproject.toml", '"django-token-auth>=1.2.3,<2"'),
        (".env.example", "API_KEY=your-api-key"),
        ("doc.md", "git clone https://user:password@github.com/me/it"),
        ("doc.md", "Authorization: Bearer YOUR_TOKEN_GOES_HERE"),
        ("doc.md", "Authorization: Basic dXNlcjpwYXNzd29yZA=="),
        ("app.py", "redis://localhost:6379/0"),
        ("app.py", 'URL("https://jo%40email.com:a%20secret@host.acme.io:1234/pa")'),
    ],
)
def test_what_is_no_secret_is_not_found(path: str, source: str) -> None:
    """References, names of things, versions, digests of actions and what manuals print."""
    assert values(path, source) == set()


def test_a_password_for_nobodys_host_is_weak() -> None:
    """Loopback, RFC 2606 names and the bare names of containers."""
    for host in ("localhost", "127.0.0.1:5432", "db", "mail.example.org", "shop.test"):
        (candidate,) = lines.find(text_of("app.cfg", f"url = postgres://me:{PASSWORD}@{host}/shop"))

        assert candidate.weak, host


def test_names_mean_nothing_where_only_addresses_are_asked_for() -> None:
    """Lock files hold hashes under telling names."""
    text = text_of("uv.lock", f'token = "{KEY}"\nurl = "https://bot:{PASSWORD}@pypi.acme.io"')

    assert [candidate.value for candidate in lines.find(text, only_addresses=True)] == [PASSWORD]


def test_a_notebooks_strings_are_read_unescaped() -> None:
    """A line of code in a notebook is a JSON string."""
    cell = json.dumps({"source": [f'api_key = "{KEY}"\n', "x = 1"]}, indent=1)

    assert values("book.ipynb", cell) == {KEY}


def test_a_commented_out_password_of_python_is_found() -> None:
    """The syntax tree does not hold comments."""
    found = lines.find_in_comments(text_of("app.py", f'# password = "{PASSWORD}"\nx = 1  # password'))

    assert [candidate.value for candidate in found] == [PASSWORD]


def test_text_that_git_calls_binary_is_read() -> None:
    """UTF-16, and a NUL that somebody put in to have the file passed over."""
    line = f"password: {PASSWORD}\n"
    for raw in (
        line.encode("utf-16"),
        line.encode("utf-16-be"),
        b"\0\n" + line.encode(),
        b"\xff\xfe\0" + line.encode(),
    ):
        (text,) = texts_of(change_of({"settings.yaml": (None, raw)}), History())

        assert not text.binary
        assert PASSWORD in {candidate.value for candidate in lines.find(text)}


@pytest.mark.parametrize(
    ("comment", "marker"),
    [
        ("x = 1  # gitleaks:allow", "gitleaks:allow"),
        ("x = 1  # pragma: allowlist secret", "pragma: allowlist secret"),
        ("x = 1  # nosec", "nosec"),
        ("x = 1  # nosec B105", "nosec"),
        ("x = 1  # nosec B603", None),
        ("x = 1  # noqa: S105", "noqa: S105"),
        ("x = 1  # noqa: S603", None),
    ],
)
def test_comments_for_scanners_are_found(comment: str, marker: str | None) -> None:
    """Those that are about secrets; the others are none of this gate's business."""
    assert [found for _, found in lines.allow_comments(text_of("app.py", comment))] == [marker] * (marker is not None)


@pytest.mark.parametrize(
    "unit",
    ["password=", 'password="', "a://b:", "<password ", "curl ", "name='", "pass ", "noqa:", "https://a:b", "Bearer "],
)
def test_a_hostile_line_is_read_in_linear_time(unit: str) -> None:
    """A quarter of a megabyte of the beginning of whatever a pattern looks for."""
    text = text_of("settings.cfg", unit * (2**18 // len(unit)))
    began = time.perf_counter()
    list(lines.find(text))
    list(lines.allow_comments(text))

    assert time.perf_counter() - began < 10


def test_every_name_that_counts_is_seen_by_the_first_look() -> None:
    """Lines without a hint are passed over, so a hint must be in every telling name."""
    names = (
        "DB_PASSWORD",
        "smtpPasswd",
        "pwd",
        "db_pass",
        "rootPw1",
        "apiKey",
        "SECRET_KEY",
        "auth-token",
        "accesskey",
        "salt",
    )

    assert [name for name in names if sort_of(name) is None or not HINT.search(f"{name} = 'x'".lower())] == []
