"""The gate no-secrets: what is written into a repository is known to everyone who ever reads it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.measurements.secrets import AllowComment, Kind, Place, Secret, Secrets
from gatecheck.model import Finding, Location, Severity, Verdict

_SHOWN = 10  # line numbers in one message
_NAMED = {
    "private-key": "a private key",
    "password-in-address": "the password in an address",
    "password-hash": "the hash of a password",
    "written-credential": "a credential",
}
_VARIABLES = {"password-in-address": "DATABASE_PASSWORD", "written-credential": "API_TOKEN"}


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
    messages, for what one commit adds and the next removes has leaked. Lines that stood at the base, moved ones too,
    are not new.

    Tokens of some hundred providers and private keys are errors wherever they stand. Passwords and keys that only their
    name gives away are errors in source and configuration, and warnings in tests, documents and examples; values that
    may be stand-ins are warnings in source and configuration, and nothing elsewhere. In lock files names mean nothing.
    Comments that tell a scanner to look away (`gitleaks:allow`) exempt nothing and are warnings themselves.

    Nothing is sent anywhere, and no value is shown beyond its first four characters. Where the engine that knows the
    tokens cannot run, or a text is too big to be read, it is unproven.

    How to fix it
    -------------
    Read the value from the environment (`os.environ["STRIPE_API_KEY"]`), and revoke it if it has left your machine. If
    only an earlier commit of your branch holds it, rewrite that commit (`git rebase -i`). What is no secret, such as
    the key of a test server, is accepted by its fingerprint in the base's policy, in a change of its own.

    Options
    -------
    `strict`: everything found is an error, wherever it stands. `accepted`: a table of fingerprints, each with the
    reason why the value is no secret.
    """

    id: ClassVar[str] = "no-secrets"
    item: ClassVar[str] = "no-secrets"

    strict: Annotated[bool, Meta(description="everything found is an error, wherever it stands")] = False
    accepted: Annotated[
        dict[str, str], Meta(description="fingerprints of values that are no secrets, each with the reason")
    ] = field(default_factory=dict)

    def judge(self, secrets: Secrets) -> Verdict:
        """Weigh what was found by where it stands."""
        findings = [*self._findings(secrets), *(_exemption(comment) for comment in secrets.allow_comments)]
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

    def _findings(self, secrets: Secrets) -> Iterator[Finding]:
        aside: dict[tuple[str, str], list[Secret]] = {}
        for secret in secrets.found:
            level = self._level(secret)
            if level is Severity.WARNING and secret.place is not Place.SOURCE:
                aside.setdefault((secret.path, secret.commit), []).append(secret)
            elif level is not None:
                yield self._finding(secret, level)
        yield from (_aside(found) for found in aside.values())

    def _level(self, secret: Secret) -> Severity | None:
        if secret.fingerprint and secret.fingerprint in self.accepted:
            return Severity.NOTE
        if self.strict or secret.kind is Kind.TOKEN:
            return Severity.ERROR
        if secret.place is Place.SOURCE:
            return Severity.WARNING if secret.weak else Severity.ERROR
        return None if secret.weak else Severity.WARNING

    def _finding(self, secret: Secret, level: Severity) -> Finding:
        said = f"{_what(secret)} ({secret.shown}) {_how(secret)}"
        if reason := self.accepted.get(secret.fingerprint):
            return Finding(secret.rule, f"{said}; accepted: {reason}", _where(secret), level)
        return Finding(secret.rule, said, _where(secret), level, _mend(secret))


def _aside(found: list[Secret]) -> Finding:
    """Say once a file what is only a warning there."""
    first = found[0]
    if len(found) == 1:
        said = f"{_what(first)} ({first.shown}) {_how(first)}, and does not look made up"
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
    accept = f'; no secret? accepted."{secret.fingerprint}" = "why"' if secret.fingerprint else ""
    return f"read it from the environment, {read}, and revoke it{accept}"


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
