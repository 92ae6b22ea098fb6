"""The gate no-secrets: what is written into a repository is known to everyone who ever reads it."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Today
from gatecheck.measurements.secrets import AllowComment, Kind, Place, Secret, Secrets
from gatecheck.model import Finding, Location, Severity, Verdict

_SHOWN = 10  # line numbers in one message
_SHOWN_KEY = 4  # characters of a key that is no fingerprint: somebody may have written the value itself
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_NAMED = {
    "private-key": "a private key",
    "password-in-address": "the password in an address",
    "password-hash": "the hash of a password",
    "written-credential": "a credential",
    "stored-credential": "a stored credential",
}
# Why a find of a rule is believed; the others are believed for their name.
_REASONS = {
    "password-in-address": "it stands between a user and a host",
    "password-hash": "it is food for a cracker",
    "written-credential": "it stands where a login, a header or a command takes one",
    "stored-credential": "such a file keeps them",
}
_VARIABLES = {"password-in-address": "DATABASE_PASSWORD", "written-credential": "API_TOKEN"}


@dataclass(frozen=True)
class Acceptance:
    """Why a value is no secret, and until which day that is taken as said (None: for good)."""

    reason: Annotated[str, Meta(min_length=1)]
    until: dt.date | None = None

    def holds(self, today: Today) -> bool:
        """Tell whether it has not expired."""
        return self.until is None or today.day <= self.until


@dataclass(frozen=True)
class NoSecrets:
    """No added line holds a password, a key or a token; they come from the environment.

    Why
    ---
    A secret in a commit is in every clone and fork for good; deleting the line later does not take it back. It can only
    be revoked, and for that it has to be found.

    How it is judged
    ----------------
    Every line that the change adds is looked at: in the head, in every commit of the range, and in the commits'
    messages, for what one commit adds and the next removes has leaked. So are renamed files, and those that git calls
    binary. Lines that stood at the base, moved ones too, are not new.

    Five layers look. An engine knows the tokens of some hundred providers and private keys by their form. Python is
    read as a syntax tree: a telling name with a value, however the value is put together (`+`, join, format,
    f-strings, base64, hex, chr, reversed, bytes). Other text, notebooks too, is read by line: names with values,
    passwords in addresses, headers, commands. A filter knows stand-ins, references and words. The place weighs the
    rest.

    Tokens and private keys are errors wherever they stand. Passwords and keys that only their name gives away are
    errors in source and configuration, and warnings in tests, documents and examples; values that may be stand-ins are
    warnings in source and configuration, and nothing elsewhere. In lock files names mean nothing. Comments that tell a
    scanner to look away (`gitleaks:allow`) exempt nothing and are warnings themselves.

    What the base's policy accepts is a note with its reason. A fingerprint is bound to the rule, the file and the
    value. An entry of `accepted` is stale, and a warning, if the change takes its value out, if its day is over (the
    value counts again then), or if it is no fingerprint.

    Nothing is sent anywhere, and no value is shown beyond its first four characters. Where the engine is missing,
    breaks or takes too long, or a text is too big to be read, it is unproven.

    How to fix it
    -------------
    Read the value from the environment (`os.environ["STRIPE_API_KEY"]`), and revoke it if it has left your machine. If
    only an earlier commit of your branch holds it, rewrite that commit (`git rebase -i`). What is no secret, such as
    the key of a test server, is accepted by its fingerprint in the base's policy, in a change of its own:
    `"0123456789abcdef" = "the test server's"`, or with a last day
    `"0123456789abcdef" = {reason = "until it moves", until = 2027-01-31}`.

    Options
    -------
    `strict`: everything found is an error, wherever it stands. `accepted`: a table of fingerprints, each with the
    reason why the value is no secret, or a table of the reason and the last day, `until`.
    """

    id: ClassVar[str] = "no-secrets"
    item: ClassVar[str] = "no-secrets"

    strict: Annotated[bool, Meta(description="everything found is an error, wherever it stands")] = False
    accepted: Annotated[
        dict[str, Annotated[str, Meta(min_length=1)] | Acceptance],
        Meta(description="fingerprints of values that are no secrets, each with the reason, or {reason, until = day}"),
    ] = field(default_factory=dict)

    def judge(self, secrets: Secrets, today: Today) -> Verdict:
        """Weigh what was found by where it stands."""
        findings = [
            *self._findings(secrets, today),
            *(_exemption(comment) for comment in secrets.allow_comments),
            *self._stale(secrets, today),
        ]
        errors = sum(finding.level is Severity.ERROR for finding in findings)
        measures: dict[str, float] = {"secrets": errors, "lines": secrets.lines, "commits": secrets.commits}
        if errors:
            more = ", and there is more" if secrets.more else ""
            return Verdict.failed(
                f"{errors} {'secret is' if errors == 1 else 'secrets are'} written down{more}", findings, **measures
            )
        if secrets.unread:
            return Verdict.unproven(f"not everything could be read: {secrets.unread[0]}", findings, **measures)
        if not secrets.lines:
            return Verdict.not_applicable("no line was added", findings, **measures)
        return Verdict.passed(f"no secret in {secrets.lines} added lines", findings, **measures)

    def _findings(self, secrets: Secrets, today: Today) -> Iterator[Finding]:
        aside: dict[tuple[str, str], list[Secret]] = {}
        for secret in secrets.found:
            level = self.level(secret, today)
            if level is Severity.WARNING and secret.place is not Place.SOURCE:
                aside.setdefault((secret.path, secret.commit), []).append(secret)
            elif level is not None:
                yield self._finding(secret, level)
        yield from (_aside(found) for found in aside.values())

    def _stale(self, secrets: Secrets, today: Today) -> Iterator[Finding]:
        mend = "take the entry out of the policy, in a change of its own"
        for print_ in self.accepted:
            entry = self._acceptance(print_)
            if entry and (said := _said_of(print_, entry, secrets, today)):
                yield Finding("stale-acceptance", said, None, Severity.WARNING, mend)

    def _acceptance(self, print_: str) -> Acceptance | None:
        entry = self.accepted.get(print_)
        return Acceptance(entry) if isinstance(entry, str) else entry

    def level(self, secret: Secret, today: Today) -> Severity | None:
        """Give how much a find weighs, None where it is not worth a word."""
        entry = self._acceptance(secret.fingerprint) if secret.fingerprint else None
        if entry and entry.holds(today):
            return Severity.NOTE
        if self.strict or secret.kind is Kind.TOKEN:
            return Severity.ERROR
        if secret.place is Place.SOURCE:
            return Severity.WARNING if secret.weak else Severity.ERROR
        return None if secret.weak else Severity.WARNING

    def _finding(self, secret: Secret, level: Severity) -> Finding:
        said = f"{_what(secret)} ({secret.shown}) {_how(secret)}, {_why(secret)}{_line(secret)}"
        entry = self._acceptance(secret.fingerprint)
        if entry is None:
            return Finding(secret.rule, said, _where(secret), level, _mend(secret))
        if level is Severity.NOTE:
            return Finding(secret.rule, f"{said}; accepted: {entry.reason}", _where(secret), level)
        ended = f"{said}; it was accepted until {entry.until} ({entry.reason})"
        return Finding(secret.rule, ended, _where(secret), level, _mend(secret))


def _said_of(print_: str, entry: Acceptance, secrets: Secrets, today: Today) -> str:
    """Say why an entry is stale, nothing if it is not."""
    if not _FINGERPRINT.fullmatch(print_):
        return f"accepted.'{print_[:_SHOWN_KEY]}…' ({entry.reason}) accepts nothing: it is no fingerprint"
    if print_ in secrets.gone:
        return f"accepted.{print_} ({entry.reason}) is stale: the change takes out the value that it stands for"
    return "" if entry.holds(today) else f"accepted.{print_} ({entry.reason}) ended on {entry.until}"


def _aside(found: list[Secret]) -> Finding:
    """Say once a file what is only a warning there."""
    first = found[0]
    if len(found) == 1:
        said = f"{_what(first)} ({first.shown}) {_how(first)}, and does not look made up{_line(first)}"
    else:
        numbers = sorted({secret.line for secret in found if secret.line})
        listed = ", ".join(map(str, numbers[:_SHOWN])) + (", …" if len(numbers) > _SHOWN else "")
        said = f"{len(found)} values do not look made up: lines {listed}" + _held(first)
    return Finding(first.rule, said, _where(first), Severity.WARNING, "use an obvious stand-in, such as 'not-a-secret'")


def _what(secret: Secret) -> str:
    if secret.name:
        return f"the value of {secret.name!r}"
    return _NAMED.get(secret.rule, f"a {secret.rule.replace('-', ' ')}")


def _how(secret: Secret) -> str:
    if secret.commit:
        return f"stays in the history{_held(secret)}"
    return "may be a real one" if secret.weak else "is written into the file"


def _why(secret: Secret) -> str:
    """Say why it is believed to be one."""
    if secret.rule in _REASONS:
        return _REASONS[secret.rule]
    if secret.rule.startswith("hardcoded-"):
        return f"under a name for a {secret.rule.removeprefix('hardcoded-')}"
    return "in the form that only such a one has"


def _line(secret: Secret) -> str:
    return f": {secret.source}" if secret.source else ""


def _held(secret: Secret) -> str:
    if not secret.commit:
        return ""
    where = f"line {secret.line} of {secret.path}" if secret.path else "its message"
    return f": commit {secret.commit[:12]} holds it ({where})"


def _where(secret: Secret) -> Location | None:
    if not secret.path:
        return None
    return Location(secret.path) if secret.commit else Location(secret.path, secret.line)


def _mend(secret: Secret) -> str:
    if secret.commit:
        return "revoke it, and rewrite that commit: git rebase -i"
    variable = _variable(secret)
    read = f'os.environ["{variable}"]' if secret.path.endswith((".py", ".pyi")) else f"${{{variable}}}"
    return f"read it from the environment, {read}, and revoke it{_accept(secret)}"


def _accept(secret: Secret) -> str:
    """Say where to write that a value is no secret: in the policy that is in force, that of the base."""
    entry = f'`"{secret.fingerprint}" = "why"`'
    place = "`[gates.no-secrets.accepted]` of the base's gatecheck.toml (in pyproject.toml: `[tool.gatecheck.gates...`)"
    return f"; if it is no secret, put {entry} below {place}, in a change of its own" if secret.fingerprint else ""


def _variable(secret: Secret) -> str:
    """Give the environment variable that would be named after the value's name or its provider."""
    named = secret.name or _VARIABLES.get(secret.rule, secret.rule.replace("access-token", "api-key"))
    pairs = zip(f"_{named}", named, strict=False)
    snake = "".join(f"_{char}" if char.isupper() and before.islower() else char for before, char in pairs)
    return "".join(char if char.isalnum() else "_" for char in snake).strip("_").upper()


def _exemption(comment: AllowComment) -> Finding:
    said = f"the comment {comment.marker!r} exempts nothing here: a change does not excuse itself"
    mend = "take it out; what is no secret is accepted in the base's policy"
    return Finding("allow-comment", said, Location(comment.path, comment.line), Severity.WARNING, mend)
