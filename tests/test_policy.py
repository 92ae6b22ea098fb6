"""Policies as people write them, and as people mistype them."""

import json
from pathlib import Path

import jsonschema
import pytest

from gatecheck.errors import PolicyError
from gatecheck.model import Level
from gatecheck.policy import (
    LoadedPolicy,
    Policy,
    SuitePolicy,
    commands,
    parse_policy,
    policy_of_file,
    policy_of_tree,
    seconds,
    size,
)
from gatecheck.schemas import schema_of

EVERYTHING = b"""
root = "backend"
source = ["/backend/app/"]
tests = ["checks/"]
generated = ["*_gen.py"]
python = ".venv"
pass-env = ["DATABASE_URL"]
timeout = "90s"
network = "host"
memory = "500MB"
prepare = ["python -m build_it --as 'a b'", ["make", "version"]]

[items]
validated-inputs = "off"

[suites.unit]
paths = ["tests/unit/"]

[suites.integration]
marker = "slow"
command = ["python", "-m", "pytest"]

[gates]
no-churn = "off"
small-diff = "warn"

[gates.unit-coverage]
level = "warn"
minimum = 90
"""


def tree(**files: bytes) -> LoadedPolicy:
    """Find the policy of a tree with these files; a dot in a name is written as an underscore."""
    named = {name.replace("_", "."): text for name, text in files.items()}
    return policy_of_tree(named.get, "abc123")


def complaint(text: str) -> str:
    """Give what is said of a bad policy."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text.encode(), "policy.toml")
    return str(caught.value)


def test_every_key_is_read() -> None:
    """A policy with all there is."""
    policy = parse_policy(EVERYTHING, "gatecheck.toml at abc").policy

    assert policy.source == ("/backend/app/",)
    assert policy.pass_env == ("DATABASE_URL",)
    assert (policy.network, size(policy.memory, "")) == ("host", 500 * 2**20)
    assert commands(policy.prepare, "") == (("python", "-m", "build_it", "--as", "a b"), ("make", "version"))
    assert policy.items == {"validated-inputs": "off"}
    assert policy.suites["unit"] == SuitePolicy(paths=("tests/unit/",))
    assert policy.suites["integration"] == SuitePolicy(marker="slow", command=("python", "-m", "pytest"))


def test_a_gates_level_and_options_are_told_apart() -> None:
    """A gate is a level alone, or a table with `level` and its options; one that is not named blocks."""
    loaded = parse_policy(EVERYTHING, "gatecheck.toml at abc")
    levels = [loaded.level(gate) for gate in ("unit-coverage", "small-diff", "no-churn", "no-secrets")]

    assert levels == [Level.WARN, Level.WARN, Level.OFF, Level.BLOCK]
    assert loaded.options("unit-coverage") == {"minimum": 90}
    assert loaded.options("small-diff") == {}


def test_a_policy_fits_its_schema() -> None:
    """What `gatecheck schema policy` prints accepts what is accepted, and refuses what is refused."""
    schema = json.loads(schema_of("policy"))

    jsonschema.validate({"network": "host", "memory": "8GB", "prepare": ["make", ["make", "it"]]}, schema)
    jsonschema.validate({"timeout": "90s", "gates": {"no-churn": "off", "unit-coverage": {"minimum": 90}}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"sorce": ["src/"]}, schema)


def test_a_base_without_a_policy_has_the_defaults() -> None:
    """And its source says so."""
    loaded = tree(README_md=b"hello")

    assert loaded.policy == Policy()
    assert "built-in defaults" in loaded.source


def test_a_file_of_its_own_holds_the_policy() -> None:
    """gatecheck.toml, the keys at its top."""
    loaded = tree(gatecheck_toml=b'timeout = "1h"')

    assert (loaded.policy.timeout, loaded.source) == ("1h", "gatecheck.toml at abc123")


def test_pyproject_may_hold_the_policy() -> None:
    """Its section [tool.gatecheck]."""
    loaded = tree(pyproject_toml=b'[tool.gatecheck]\ntimeout = "1h"')

    assert (loaded.policy.timeout, loaded.source) == ("1h", "pyproject.toml at abc123")


def test_two_policies_are_one_too_many() -> None:
    """Nobody can tell which one counts."""
    with pytest.raises(PolicyError, match="both hold a policy: keep one"):
        tree(gatecheck_toml=b'timeout = "1h"', pyproject_toml=b'[tool.gatecheck]\ntimeout = "1h"')


def test_a_broken_pyproject_without_a_policy_is_not_our_business() -> None:
    """Somebody else will say that it is broken."""
    assert tree(pyproject_toml=b"[project\n").policy == Policy()


def test_a_broken_pyproject_with_a_policy_is_an_error() -> None:
    """What the policy demands cannot be known."""
    with pytest.raises(PolicyError, match=r"pyproject\.toml at abc123 is not TOML"):
        tree(pyproject_toml=b"[tool.gatecheck\n")


def test_a_section_that_is_no_table_is_an_error() -> None:
    """It must not pass for no policy."""
    with pytest.raises(PolicyError, match=r"pyproject\.toml at abc123: tool\.gatecheck: a table is needed"):
        tree(pyproject_toml=b'[tool]\ngatecheck = "strict"')


def test_a_named_file_is_read(tmp_path: Path) -> None:
    """Whoever runs gatecheck may bring a policy."""
    path = tmp_path / "strict.toml"
    path.write_text('timeout = "1h"')

    assert policy_of_file(path).policy.timeout == "1h"


def test_a_named_pyproject_gives_its_section(tmp_path: Path) -> None:
    """Without the section it holds no policy, and that is an error."""
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.gatecheck]\ntimeout = "1h"')
    timeout = policy_of_file(path).policy.timeout
    path.write_text('[project]\nname = "x"')

    assert timeout == "1h"
    with pytest.raises(PolicyError, match=r"has no \[tool.gatecheck\] section"):
        policy_of_file(path)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """The message has the path and the reason."""
    with pytest.raises(PolicyError, match=r"cannot read the policy .*gone.toml: No such file"):
        policy_of_file(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sorce = []", "policy.toml: unknown key 'sorce'; did you mean 'source'?"),
        ("suites.foo = {}", "policy.toml: suites: unknown key 'foo'; known: integration, unit"),
        ("suites.unit.pths = []", "policy.toml: suites.unit: unknown key 'pths'; did you mean 'paths'?"),
        ("items.test-pass = 'off'", "policy.toml: items: unknown item 'test-pass'; did you mean 'tests-pass'?"),
        ("items.tests-pass = 'no'", "policy.toml: items.tests-pass: unknown value 'no'; known: off, on"),
        ("gates.small-diff = 'blok'", "policy.toml: gates.small-diff: unknown value 'blok'; did you mean 'block'?"),
        ("network = 'all'", "policy.toml: network: unknown value 'all'; known: host, none"),
        ("memory = '8'", "policy.toml: memory: '8' is no size; write 500MB or 8GB"),
        ("memory = '0GB'", "policy.toml: memory: '0GB' is no size; write 500MB or 8GB"),
        ("prepare = ['make', '']", "policy.toml: prepare[1]: a command is needed"),
        ("prepare = [[]]", "policy.toml: prepare[0]: a command is needed"),
        ('prepare = ["echo \\"x"]', "policy.toml: prepare[0]: 'echo \"x' is no command: no closing quotation"),
        ("prepare = [3]", "policy.toml: prepare[0]: text or a list is needed, not a whole number"),
        ("prepare = 'make'", "policy.toml: prepare: a list is needed, not text"),
        ("gates.small-diff.level = 'x'", "policy.toml: gates.small-diff.level: 'x' is not block, warn or off"),
    ],
)
def test_a_misspelt_word_meets_the_nearest_right_one(text: str, words: str) -> None:
    """With the place where it stands."""
    assert complaint(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source = 'src'", "policy.toml: source: a list is needed, not text"),
        ("source = [1]", "policy.toml: source[0]: text is needed, not a whole number"),
        ("timeout = 10", "policy.toml: timeout: text is needed, not a whole number"),
        ("suites = 3", "policy.toml: suites: a table is needed, not a whole number"),
        ("suites.unit = 'tests'", "policy.toml: suites.unit: a table is needed, not text"),
        (
            "suites.unit = {}\nsuites.integration.paths = 'x'",
            "policy.toml: suites.integration.paths: a list is needed, not text",
        ),
        ("suites.unit.paths = ['a', 2]", "policy.toml: suites.unit.paths[1]: text is needed, not a whole number"),
        ("gates.x = 3", "policy.toml: gates.x: text or a table is needed, not a whole number; known: block, off, warn"),
        ("items.in-scope = false", "policy.toml: items.in-scope: text is needed, not true or false; known: off, on"),
        ("[[gates]]", "policy.toml: gates: a table is needed, not a list"),
        ("pass-env = 'HOME'", "policy.toml: pass-env: a list is needed, not text"),
    ],
)
def test_a_wrong_type_is_named_in_the_words_of_toml(text: str, words: str) -> None:
    """With the place where it stands."""
    assert complaint(text) == words


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("source = ['../x']", "source"),
        ("tests = ['!x']", "tests"),
        ("generated = ['x[']", "generated"),
        ("suites.unit.paths = ['./tests/']", "suites.unit.paths"),
    ],
)
def test_a_bad_glob_is_an_error(text: str, place: str) -> None:
    """One that could never match must not pass for a rule."""
    assert complaint(text).startswith(f"policy.toml: {place}: bad glob ")


@pytest.mark.parametrize("root", ["../x", "/backend", "a/../..", "~/x"])
def test_a_root_outside_the_repository_is_an_error(root: str) -> None:
    """The project lies in the repository."""
    assert complaint(f"root = '{root}'") == (
        f"policy.toml: root: {root!r} leaves the repository; it is relative to its top"
    )


@pytest.mark.parametrize(("text", "number"), [("90s", 90), ("10m", 600), ("1h", 3600), (" 2 m ", 120)])
def test_a_duration_is_read_in_seconds(text: str, number: int) -> None:
    """Seconds, minutes, hours."""
    assert seconds(text, "timeout") == number


@pytest.mark.parametrize("text", ["", "10", "ten", "0s", "00m", "-1s", "1d", "1m30s"])
def test_what_is_no_duration_is_an_error(text: str) -> None:
    """No time at all is none either."""
    with pytest.raises(PolicyError, match="is not a duration; write 90s, 10m or 1h"):
        seconds(text, "policy.toml: timeout")


def test_what_is_not_toml_is_an_error() -> None:
    """The parser's reason has line and column."""
    assert complaint("source = [").startswith("policy.toml is not TOML: ")


def test_what_is_not_utf8_is_an_error() -> None:
    """As TOML demands."""
    with pytest.raises(PolicyError, match=r"policy\.toml is not TOML"):
        parse_policy(b"timeout = '\xff'", "policy.toml")


def test_equal_policies_have_equal_digests() -> None:
    """Whatever order their keys have."""
    one = parse_policy(b"timeout = '1h'\nroot = 'a'", "x")
    two = parse_policy(b"root = 'a'\ntimeout = '1h'", "y")
    other = parse_policy(b"root = 'b'\ntimeout = '1h'", "y")

    assert one.digest == two.digest != other.digest
    assert len(one.digest) == 16
