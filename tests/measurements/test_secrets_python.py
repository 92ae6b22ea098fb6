"""Python's syntax tree: which strings stand under a telling name, however they are written."""

import ast
import base64
import time

import pytest

from gatecheck.measurements.secrets import syntax
from gatecheck.measurements.secrets.fold import fold
from gatecheck.measurements.secrets.strings import LONGEST
from gatecheck.measurements.secrets.texts import Text

PASSWORD = "kJ8#mPq2zz9"  # noqa: S105 - made up, and plausible on purpose
KEY = "9f8b3c1d7e2a4f6b8c0d1e3f5a7b9c1d"
HALF, OTHER_HALF = "made-up-9b1d", "-for-a-fixture-4c7e2"


def text_of(source: str, *added: int) -> Text:
    """Make a text; all of its lines are added unless some are named."""
    lines = tuple(source.split("\n"))
    return Text("shop.py", lines, frozenset(added or range(1, len(lines) + 1)))


def values(source: str, *added: int) -> list[tuple[str, bool]]:
    """Give the values found, and whether each is weak."""
    parsed = syntax.find(text_of(source, *added))
    assert parsed is not None
    return [(candidate.value, candidate.weak) for candidate in parsed[0]]


@pytest.mark.parametrize(
    "source",
    [
        f'password = "{PASSWORD}"',
        f'self.db_password: str = "{PASSWORD}"',
        f'settings["smtp-password"] = "{PASSWORD}"',
        f'connect(user="me", password="{PASSWORD}")',
        f'options = {{"password": "{PASSWORD}"}}',
        f'def connect(user, password="{PASSWORD}"): ...',
        f'def connect(*, password="{PASSWORD}"): ...',
        f'if form.get("password") == "{PASSWORD}": ...',
        f'password = os.getenv("PASSWORD", "{PASSWORD}")',
        f'password = os.environ.get("PASSWORD") or "{PASSWORD}"',
        f'password = "{PASSWORD}" if debug else os.environ["PASSWORD"]',
        f'user, password = "me", "{PASSWORD}"',
        f'passwords = ["{PASSWORD}"]',
        f'os.environ["DB_PASSWORD"] = "{PASSWORD}"',
        f'@option("--password", default="{PASSWORD}")\ndef main(): ...',
        f'requests.get(url, auth=("me", "{PASSWORD}"))',
        f'server.login("me", "{PASSWORD}")',
        f'class S:\n    password: SecretStr = Field(default="{PASSWORD}")',
        f'if (password := "{PASSWORD}"): ...',
        f'password = "{PASSWORD[:4]}" + "{PASSWORD[4:]}"',
        f'password = "{PASSWORD[:4]}" "{PASSWORD[4:]}"',
        f'password = "".join(["{PASSWORD[:4]}", "{PASSWORD[4:]}"])',
        f'password = "{{}}{{}}".format("{PASSWORD[:4]}", "{PASSWORD[4:]}")',
        f'password = f"{{"{PASSWORD[:4]}"!s}}{PASSWORD[4:]}"'.replace('"k', "'k").replace('#"!', "#'!"),
        f'password = "{PASSWORD[::-1]}"[::-1]',
        f'password = "{{a}}{{b}}".format(a="{PASSWORD[:4]}", b="{PASSWORD[4:]}")',
        f'password = "%s%s" % ("{PASSWORD[:4]}", "{PASSWORD[4:]}")',
        f'password = "".join(chr(code) for code in {[ord(char) for char in PASSWORD]})',
        f'password = "".join(map(chr, {[ord(char) for char in PASSWORD]}))',
        f'password = base64.b85decode("{base64.b85encode(PASSWORD.encode()).decode()}").decode()',
        f'A = "{PASSWORD[:4]}"\nB = "{PASSWORD[4:]}"\npassword = A + B',
        f'if hmac.compare_digest(password, "{PASSWORD}"): ...',
        f'Redis(host, 6379, 0, "{PASSWORD}")',
        f'password = "".join(reversed("{PASSWORD[::-1]}"))',
        f'password = base64.b64decode("{base64.b64encode(PASSWORD.encode()).decode()}").decode()',
        f'password = bytes.fromhex("{PASSWORD.encode().hex()}").decode()',
        f'password = "{PASSWORD.replace("m", "n")}".replace("n", "m")',
        "password = " + " + ".join(f"chr({ord(char)})" for char in PASSWORD),
        f"password = bytes({list(PASSWORD.encode())}).decode()",
        f'run(["mysql", "-u", "root", "-p{PASSWORD}", "shop"])',
        f'run(("sshpass", "-p", "{PASSWORD}", "ssh", host))',
        f'run(\n    [\n        "docker",\n        "login",\n        "-p",\n        "{PASSWORD}",\n    ]\n)',
        f'os.execlp("curl", "curl", "-u", "bot:" + "{PASSWORD}", url)',
        f'password = codecs.decode("{__import__("codecs").encode(PASSWORD, "rot13")}", "rot13")',
    ],
)
def test_a_password_is_found_however_it_is_written(source: str) -> None:
    """The value that the expression makes is what is weighed."""
    assert values(source) == [(PASSWORD, False)]


@pytest.mark.parametrize(
    "source",
    [
        f'app.config["SECRET_KEY"] = "{KEY}"',
        f'cipher = Fernet(b"{KEY}")',
        f'jwt.encode(payload, "{KEY}", algorithm="HS256")',
        f'hmac.new(b"{KEY}", message, "sha256")',
        f'URLSafeTimedSerializer("{KEY}")',
        f'API_KEY_PROD = "{KEY}"',
        f'client(apiKey="{KEY}")',
    ],
)
def test_a_key_is_found_where_keys_are_given(source: str) -> None:
    """Names, and constructors that take a key."""
    assert values(source) == [(KEY, False)]


@pytest.mark.parametrize(
    "source",
    [
        'password = "password"',
        'password = "your-password-here"',
        'password = "change-me"',
        'password = "********"',
        'password = getpass("Password for 2 users: ")',
        'password = os.environ["DB_PASSWORD_2"]',
        'password = "${DB_PASSWORD}"',
        'password = "{{ vault.password2 }}"',
        'password_field = "input#pw2-field"',
        'hashed_password = "kJ8#mPq2zz9"',
        'SECRET_KEY = "dev"',
        'API_KEY = "YOUR_API_KEY_HERE"',
        'API_KEY_HEADER = "X-Api-Key-V2"',
        'TOKEN = "oauth2_access_token"',
        'token_url = "https://id.example.org/oauth2/token"',
        'private_key = "/etc/ssl/private/server2.pem"',
        'next_token = "9f8b3c1d7e2a4f6b8c0d"',
        'raise ValueError("password: 8 characters or more")',
        'salt = "django.contrib.sessions"',
        'secret = "prod/db/credentials-2"',
        'run(["mysql", "-u", "root", f"-p{password}", "shop"])',
        'run(["docker", "run", "-p", "8080:8080", "kJ8mPq2zz9x"])',
        'run(["docker", "login", "-p", token])',
        'run(["sshpass", "-p", "$PASSWORD2", "ssh", host])',
        'run(["curl", "-u", f"bot:{key}", "https://acme.io/v2"])',
        'DRIVERS = ("mysql", "postgresql-psycopg2", "sqlite3")',
        'FIELD = "kJ8mPq2zz9x"\nFIELD = other()\npassword = FIELD',
        'def login(field="kJ8mPq2zz9x"):\n    password = field',
    ],
)
def test_what_is_no_secret_is_not_found(source: str) -> None:
    """Placeholders, references, names of things, addresses and sentences."""
    assert values(source) == []


def test_a_plain_word_is_weak() -> None:
    """It may be a stand-in, or somebody's password."""
    assert values('password = "swordfish"') == [("swordfish", True)]


def test_a_chain_of_many_pieces_is_one_string() -> None:
    """However long: its tail is no secret of its own."""
    pieces = " + ".join(f'"{char}"' for char in (KEY + KEY + KEY))
    parsed = syntax.find(text_of(f"api_key = {pieces}"))

    assert parsed is not None
    assert [candidate.value for candidate in parsed[0]] == [KEY * 3]
    assert [folded.text for folded in parsed[1]] == [KEY * 3]


@pytest.mark.parametrize(
    "source", [" + ".join(['"a"'] * 2500), " + ".join(["x", '"a"'] * 1200), "1 if x else " * 900 + "2"]
)
def test_a_hostile_chain_takes_no_time(source: str) -> None:
    """Nor does it end in an error: what is too deep is read line by line."""
    began = time.perf_counter()
    syntax.find(text_of(f"password = {source}"))

    assert time.perf_counter() - began < 10


def test_only_added_values_count() -> None:
    """The value's own line must be new."""
    source = f'password = "{PASSWORD}"\nuser = "me"'

    assert values(source, 2) == []


def test_a_new_value_under_an_old_name_is_found() -> None:
    """The name may stand on a line that was there before."""
    source = f'password = (\n    "{PASSWORD}"\n)'

    assert values(source, 2) == [(PASSWORD, False)]


@pytest.mark.parametrize("source", ["def broken(:\npassword = 1", "password = " + "(" * 5000, "password = '\0'"])
def test_what_cannot_be_parsed_is_said(source: str) -> None:
    """Another rule reads it then."""
    assert syntax.find(text_of(source)) is None


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f'x = "{HALF}" + "{OTHER_HALF}"', 1),
        (f'x = "{HALF}" "{OTHER_HALF}"', 1),
        (f'x = (\n    "{HALF}"\n    "{OTHER_HALF}"\n)', 2),
        (f'x = "{HALF}" \\\n    "{OTHER_HALF}"', 1),
        (f'a = "{HALF}"\nb = "{OTHER_HALF}"\nx = a + b', 3),
        (f'a = "{HALF}"\nb = "{OTHER_HALF}"\nx = f"{{a}}{{b}}"', 3),
        (f'x = "".join(\n    [\n        "{HALF}",\n        "{OTHER_HALF}",\n    ]\n)', 1),
        (f'x = "{"".join(f"{chr(92)}x{ord(char):02x}" for char in HALF + OTHER_HALF)}"', 1),
    ],
)
def test_strings_that_the_source_does_not_spell_are_handed_on(source: str, line: int) -> None:
    """The engine for tokens reads them."""
    parsed = syntax.find(text_of(source))

    assert parsed is not None
    assert [(folded.line, folded.text) for folded in parsed[1]] == [(line, HALF + OTHER_HALF)]


@pytest.mark.parametrize(
    "source",
    [
        '"a" * 10 ** 9',
        '("a" * 9).replace("a", "b")',
        f'"{"a" * 300}".replace("a", "{"b" * 300}")',
        f'"{"x" * 3000}".join("{"y" * 3000}")',
        '"{0.__class__}".format("x")',
        '"{:>99999999}".format("x")',
        '"{a:>99999999}".format(a="x")',
        '"{a.__class__}".format(a="x")',
        '"%99999999s" % "x"',
        f'"{"{a}" * 9000}".format(a="{"y" * 9000}")',
        " + ".join([f'"{"y" * 900}"'] * 900),
        'base64.b64decode("no base64!")',
        "chr(-1)",
        "+".join(['"a"'] * 200),
        'codecs.decode("x")',
        '"".join()',
    ],
)
def test_a_hostile_expression_folds_to_nothing(source: str) -> None:
    """Neither time nor memory nor an attribute is to be had from it."""
    found = fold(ast.parse(source, mode="eval").body)

    assert found is None or len(found) <= LONGEST
