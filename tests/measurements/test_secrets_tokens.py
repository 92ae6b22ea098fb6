"""The engine for tokens: what it is asked, and that it is asked whenever it could answer."""

import random
from pathlib import Path

import pytest
from kingfisher_sdk import Rules

from gatecheck.errors import MeasurementError
from gatecheck.measurements.secrets import tokens
from gatecheck.measurements.secrets.candidate import Candidate, Kind
from gatecheck.measurements.secrets.sieve import could_hold_token
from gatecheck.measurements.secrets.syntax import Folded
from gatecheck.measurements.secrets.texts import Text
from regex_samples import sample

MADE_UP = "made-up-9b1d-for-a-fixture-4c7e2"
DRAWN = 30  # strings a rule
# Their patterns leave nearly everything open; what their providers issue is long and random, and passes.
OPEN = {"airtable-oauth-token", "gcp-application-default-credentials", "aws-session-token", "linkedin-client-id"}


def text_of(source: str, *added: int, path: str = "shop.py") -> Text:
    """Make a text; all of its lines are added unless some are named."""
    lines = tuple(source.split("\n"))
    return Text(path, lines, frozenset(added or range(1, len(lines) + 1)))


def found(text: Text, own_cache: Path, folded: tuple[Folded, ...] = ()) -> list[Candidate]:
    """Run the engine on a text."""
    return list(tokens.find(text, folded, lambda: own_cache / "kingfisher"))


def test_every_rule_of_the_engine_passes_the_sieve_before_it(own_cache: Path) -> None:
    """It is loaded for 90 % or more of the strings that any of its rules matches, for 99.5 % over all."""
    rules = Rules(cache_dir=own_cache / "kingfisher")
    rnd = random.Random(7)  # noqa: S311 - no cryptography
    shares = {}
    for rule in rules.metadata():
        name = rule["id"].rsplit("/", 1)[-1].removeprefix("betterleaks.").removesuffix(".1")
        if rule["visible"] and name not in tokens._NOT_OURS | OPEN:
            pattern = rules.detail(rule["id"])["detection_regex"]
            drawn = [sample(pattern, rnd) for _ in range(DRAWN)]
            shares[name] = sum(map(could_hold_token, drawn)) / DRAWN

    assert len(shares) > 400
    assert {name: share for name, share in shares.items() if share < 0.9} == {}
    assert sum(shares.values()) / len(shares) > 0.995


@pytest.mark.parametrize(
    "source",
    [
        "def test_that_nothing_is_given_when_nothing_was_asked_for() -> None:",
        "from gatecheck.measurements.secrets.candidate import NotImplementedError",
        "    url = 'https://docs.python.org/3.12/library/functions.html'",
        "# 2026-01-01, version 1.12.3rc1, utf8, py311",
    ],
)
def test_honest_lines_do_not_load_the_engine(source: str) -> None:
    """Identifiers, addresses and dates are no tokens."""
    assert not could_hold_token(source)


def test_a_token_is_found_with_its_line(own_cache: Path) -> None:
    """A provider's token is one wherever it stands."""
    (token,) = found(text_of(f'HOST = "x"\nADAFRUIT_KEY = "{MADE_UP}"\n'), own_cache)

    assert token == Candidate("adafruit-api-key", 2, MADE_UP, kind=Kind.TOKEN)


def test_a_token_on_a_line_that_was_not_added_is_not_the_changes(own_cache: Path) -> None:
    """Only added lines count."""
    source = f'ADAFRUIT_KEY = "{MADE_UP}"\nDIGEST = "9f8b3c1d7e2a"'

    assert found(text_of(source, 2), own_cache) == []


def test_a_private_keys_body_under_an_old_header_is_found(own_cache: Path) -> None:
    """The lines around the added ones are read with them."""
    body = "\n".join(f"bm90IGEga2V5LCBqdXN0IGp1bmsgZm9yIGdhdGVjaGVjayB0ZXN0cw{number:02}" for number in range(8))
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"
    (key,) = found(text_of(pem, 4, 5, path="key.pem"), own_cache)

    assert (key.rule, key.line, key.kind) == ("private-key", 4, Kind.TOKEN)


def test_a_token_that_only_an_expression_makes_is_found(own_cache: Path) -> None:
    """A folded string is scanned as if it stood on the expression's line."""
    folded = (Folded(3, f'adafruit_key = "{MADE_UP}"'),)

    assert [token.line for token in found(text_of("x = 1"), own_cache, folded)] == [3]


def test_tokens_that_manuals_print_are_none(own_cache: Path) -> None:
    """No real token says that it is an example or counts upwards."""
    source = 'aws_access_key_id = "AKIAIOSFODNN7EXAMPLE"\naws_secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"'

    assert found(text_of(source), own_cache) == []


class PanicError(BaseException):
    """What native code may throw."""


@pytest.mark.parametrize("thrown", [PanicError, TimeoutError, MemoryError])
def test_a_broken_engine_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path, thrown: type[BaseException]
) -> None:
    """Whatever it throws, or however long it takes, it is never taken for "nothing found"."""

    class Broken:
        def scan(self, data: bytes | str, *, timeout: float | None = None) -> list[tokens.Found]:
            raise thrown(f"at {len(data)} bytes after {timeout} s")

    monkeypatch.setattr(tokens, "_loaded", [Broken()])
    with pytest.raises(MeasurementError, match=rf"kingfisher failed \({thrown.__name__}\)"):
        found(text_of(f'ADAFRUIT_KEY = "{MADE_UP}"'), own_cache)


@pytest.mark.parametrize(("source", "loaded"), [(f'ADAFRUIT_KEY = "{MADE_UP}"', 1), ("x = 1", 0)])
def test_the_engine_is_loaded_beside_other_work_where_it_may_be_asked(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path, source: str, loaded: int
) -> None:
    """Once; whoever asks it meanwhile waits for it."""
    monkeypatch.setattr(tokens, "_loaded", [])
    tokens.load_beside([text_of("y = 2"), text_of(source)], lambda: own_cache / "kingfisher")
    candidates = found(text_of(source), own_cache)

    assert (len(candidates), len(tokens._loaded)) == (loaded, loaded)


def test_an_engine_that_cannot_be_loaded_beside_other_work_is_an_error_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is printed by the way, and whoever asks it is told."""

    def nowhere() -> Path:
        raise PanicError("no folder")

    monkeypatch.setattr(tokens, "_loaded", [])
    text = text_of(f'ADAFRUIT_KEY = "{MADE_UP}"')
    tokens.load_beside([text], nowhere)
    with pytest.raises(MeasurementError, match=r"kingfisher failed \(PanicError\)"):
        list(tokens.find(text, (), nowhere))


def test_the_engines_online_parts_are_not_used() -> None:
    """Nothing of this package names its validation or revocation."""
    folder = Path(tokens.__file__).parent
    sources = "".join(path.read_text() for path in folder.glob("*.py"))

    assert not any(word in sources for word in ("Validator", "Revoker", "revocation", "validation"))


def test_a_private_key_is_never_an_example(own_cache: Path) -> None:
    """OpenSSH's keys begin with a run of one letter, and a comment may say anything."""
    body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAB\n" * 5
    pem = f"-----BEGIN OPENSSH PRIVATE KEY-----\nComment: example\n{body}-----END OPENSSH PRIVATE KEY-----"

    assert [key.rule for key in found(text_of(pem, path="id"), own_cache)] == ["private-key"]
