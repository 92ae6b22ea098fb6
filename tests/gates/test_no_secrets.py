"""The gate no-secrets, on plain values."""

import datetime as dt

import msgspec
import pytest

from gatecheck.change import Today
from gatecheck.measurements.secrets import AllowComment, Kind, Place, Secret, Secrets
from gatecheck.model import Severity, Status, Verdict
from gatecheck_gates.no_secrets import Acceptance, NoSecrets

GENERIC = Secret(
    "hardcoded-password",
    "src/shop.py",
    3,
    name="dbPassword",
    shown="corr…",
    source="dbPassword = 'corr…'",
    fingerprint="0123456789abcdef",
)
TODAY = Today(dt.date(2027, 1, 31))
TOKEN = Secret("stripe-access-token", "tests/test_shop.py", 5, Kind.TOKEN, Place.ASIDE, shown="made…")


def judge(*found: Secret, gate: NoSecrets | None = None) -> Verdict:
    """Judge finds in a change of ten lines."""
    return judge_all(Secrets(found, lines=10), gate)


def judge_all(secrets: Secrets, gate: NoSecrets | None = None) -> Verdict:
    """Judge a whole measurement."""
    return (gate or NoSecrets()).judge(secrets, TODAY)


def levels(*found: Secret, gate: NoSecrets | None = None) -> list[Severity]:
    """Give the levels of the findings."""
    return [finding.level for finding in judge(*found, gate=gate).findings]


def test_lines_without_a_secret_pass() -> None:
    """The summary says how much was looked at."""
    verdict = judge()

    assert (verdict.status, verdict.summary) == (Status.PASS, "no secret in 10 added lines")


def test_no_added_line_is_nothing_to_judge() -> None:
    """A change that only takes lines away writes nothing down."""
    assert judge_all(Secrets()).status is Status.NOT_APPLICABLE


def test_a_secret_in_a_message_alone_fails() -> None:
    """A commit without added lines may still tell one."""
    secret = Secret("github-pat", "", 1, Kind.TOKEN, Place.ASIDE, commit="c" * 40)
    verdict = judge_all(Secrets((secret,)))

    assert verdict.status is Status.FAIL
    assert "commit cccccccccccc holds it (its message)" in verdict.findings[0].message
    assert verdict.findings[0].location is None


def test_a_password_in_source_fails_and_names_the_variable() -> None:
    """The mend is what to write instead."""
    (finding,) = judge(GENERIC).findings

    assert finding.level is Severity.ERROR
    assert finding.message == (
        "the value of 'dbPassword' (corr…) is written into the file, under a name for a password: dbPassword = 'corr…'"
    )
    assert 'os.environ["DB_PASSWORD"]' in finding.mend
    assert "0123456789abcdef" in finding.mend


@pytest.mark.parametrize(
    ("secret", "strict", "level"),
    [
        (Secret("hardcoded-key", "a.py", 1), False, Severity.ERROR),
        (Secret("hardcoded-key", "a.py", 1, weak=True), False, Severity.WARNING),
        (Secret("hardcoded-key", "tests/a.py", 1, place=Place.ASIDE), False, Severity.WARNING),
        (Secret("hardcoded-key", "tests/a.py", 1, place=Place.ASIDE, weak=True), False, None),
        (Secret("password-in-address", "uv.lock", 1, place=Place.LOCK), False, Severity.WARNING),
        (Secret("github-pat", "tests/a.py", 1, Kind.TOKEN, Place.ASIDE), False, Severity.ERROR),
        (Secret("hardcoded-key", "tests/a.py", 1, place=Place.ASIDE, weak=True), True, Severity.ERROR),
        (Secret("password-in-address", "uv.lock", 1, place=Place.LOCK), True, Severity.ERROR),
    ],
)
def test_what_weighs_how_much_where(secret: Secret, strict: bool, level: Severity | None) -> None:
    """Tokens are errors everywhere; what only a name gives away depends on the place."""
    assert levels(secret, gate=NoSecrets(strict=strict)) == ([level] if level else [])


def test_warnings_are_told_once_a_file() -> None:
    """A test module full of passwords is one warning."""
    found = [Secret("hardcoded-password", "tests/a.py", line, place=Place.ASIDE) for line in range(1, 14)]
    (finding,) = judge(*found).findings

    assert finding.message == "13 values do not look made up: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"


def test_an_earlier_commits_secret_is_told_with_the_commit() -> None:
    """The file is named, its line in the head is not."""
    (finding,) = judge(Secret("hardcoded-key", "a.py", 7, name="KEY", commit="c" * 40)).findings

    assert "stays in the history: commit cccccccccccc holds it (line 7 of a.py)" in finding.message
    assert finding.location is not None
    assert finding.location.line is None
    assert "git rebase -i" in finding.mend


def test_an_accepted_value_is_a_note_with_its_reason() -> None:
    """The policy accepts it by its fingerprint."""
    (finding,) = judge(GENERIC, gate=NoSecrets(accepted={"0123456789abcdef": "of the test server"})).findings

    assert finding.level is Severity.NOTE
    assert finding.message.endswith("accepted: of the test server")


@pytest.mark.parametrize(("until", "level"), [("2027-01-31", Severity.NOTE), ("2027-01-30", Severity.ERROR)])
def test_what_is_accepted_until_a_day_counts_again_after_it(until: str, level: Severity) -> None:
    """The finding says so; its last day still counts."""
    entry = Acceptance("until the server moves", dt.date.fromisoformat(until))
    finding, *stale = judge(GENERIC, gate=NoSecrets(accepted={"0123456789abcdef": entry})).findings

    assert finding.level is level
    assert "until the server moves" in finding.message
    assert (f"it was accepted until {until}" in finding.message) is (level is Severity.ERROR)
    assert [found.rule for found in stale] == (["stale-acceptance"] if level is Severity.ERROR else [])


def test_an_acceptance_is_written_as_a_reason_or_as_a_table() -> None:
    """A reason is needed; the day is a day of TOML or its text."""
    day = dt.date(2027, 1, 31)
    tables: dict[str, object] = {"a" * 16: "why", "b" * 16: {"reason": "why", "until": day}}
    tables |= {"c" * 16: {"reason": "why", "until": "2027-01-31"}}

    read = msgspec.convert({"accepted": tables}, NoSecrets).accepted
    assert [*read.values()] == ["why", Acceptance("why", day), Acceptance("why", day)]
    for wrong in ("", {"reason": ""}, {"until": day}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"accepted": {"a" * 16: wrong}}, NoSecrets)


def test_what_has_no_fingerprint_is_accepted_by_none() -> None:
    """An empty key in the policy opens nothing."""
    assert levels(TOKEN, gate=NoSecrets(accepted={"": "all of it"})) == [Severity.ERROR, Severity.WARNING]


def test_an_entry_for_what_the_change_takes_out_is_stale() -> None:
    """Its value is gone, and so is its reason."""
    gate = NoSecrets(accepted={"0123456789abcdef": "of the test server", "f" * 16: "still there"})
    (finding,) = judge_all(Secrets(lines=3, gone=("0123456789abcdef",)), gate).findings

    assert (finding.rule, finding.level) == ("stale-acceptance", Severity.WARNING)
    assert "of the test server" in finding.message


def test_an_entry_that_is_no_fingerprint_is_told_without_its_text() -> None:
    """Somebody may have written the value itself."""
    (finding,) = judge(gate=NoSecrets(accepted={"kJ8mPq2zz9-kJ8m": "why"})).findings

    assert finding.rule == "stale-acceptance"
    assert "kJ8mP" not in finding.message


def test_an_allow_comment_is_a_warning_and_exempts_nothing() -> None:
    """A change does not excuse itself."""
    secrets = Secrets((GENERIC,), (AllowComment("src/shop.py", 3, "gitleaks:allow"),), lines=1)
    verdict = judge_all(secrets)

    assert [finding.level for finding in verdict.findings] == [Severity.ERROR, Severity.WARNING]


def test_what_could_not_be_read_is_unproven() -> None:
    """Unless something was found all the same."""
    unread = ("big.sql is too big to be read",)

    assert judge_all(Secrets(unread=unread)).status is Status.UNPROVEN
    assert judge_all(Secrets((GENERIC,), unread=unread, lines=1)).status is Status.FAIL


@pytest.mark.parametrize(
    ("secret", "variable"),
    [
        (TOKEN, 'os.environ["STRIPE_API_KEY"]'),
        (Secret("hardcoded-key", "a.yaml", 1, name="client-secret"), "${CLIENT_SECRET}"),
        (Secret("hardcoded-key", "a.js", 1, name="apiKey"), "${API_KEY}"),
        (Secret("password-in-address", "a.py", 1), 'os.environ["DATABASE_PASSWORD"]'),
    ],
)
def test_the_mend_names_a_likely_variable(secret: Secret, variable: str) -> None:
    """After the value's own name, or its provider."""
    assert variable in judge(secret).findings[0].mend
