"""Providers' tokens and private keys: the engine kingfisher, in this process. Nothing is validated, nothing is sent.

Only its `Rules` and `Scanner` are used. Loading the rules takes 0.3 s (3 s when its cache folder is empty), so they are
loaded only where a line could hold a token at all: `could_hold_token` lets 98 % or more of what each of the engine's
rules matches through, and 99.9 % over all rules (tests/measurements/test_secrets_tokens.py).
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from gatecheck.errors import MeasurementError
from gatecheck.measurements.secrets.candidate import Candidate, Kind
from gatecheck.measurements.secrets.plausible import is_example
from gatecheck.measurements.secrets.sieve import could_hold_token
from gatecheck.measurements.secrets.syntax import Folded
from gatecheck.measurements.secrets.texts import Text

TIMEOUT_S = 20  # for one text: the engine reads 250 MB a second, a text has 8 MiB at most
# What `lines` answers with a filter of its own, and what no provider issued or anyone may know.
_NOT_OURS = frozenset(
    (
        *("generic-credential-uri", "mongodb-connection-string", "hashicorp-tf-password", "nuget-config-password"),
        *(
            "curl-auth-user",
            "curl-auth-header",
            "bitbucketcredentials",
            "codecatalystcredentials",
            "codecommitcredentials",
        ),
    )
)
_GENERIC = frozenset(
    (
        *("jwt", "jwt-base64", "kubernetes-secret-yaml", "gcp-api-key", "mailgun-pub-key", "lob-pub-api-key"),
        *("flutterwave-public-key", "posthog-project-api-key", "segment-public-api-token", "devcycle-client-sdk-key"),
        *("devcycle-mobile-sdk-key", "mapbox-api-token"),
    )
)


class Found(Protocol):
    """What is read of a find of the engine; its lines count from 1."""

    @property
    def rule_id(self) -> str:
        """Name the rule, with its catalogue before it."""

    @property
    def secret(self) -> str:
        """Give the value."""

    @property
    def visible(self) -> bool:
        """Tell whether it is a find of its own, not only half of one."""

    @property
    def location(self) -> dict[str, int]:
        """Give `line` and `end_line`."""


class Engine(Protocol):
    """What is asked of the engine; a text is scanned within `timeout` seconds or raises TimeoutError."""

    def scan(self, data: str | bytes, *, timeout: float | None = None) -> Sequence[Found]:
        """Find the tokens in a text."""


def load_beside(texts: Iterable[Text], cache: Callable[[], Path]) -> None:
    """Begin to load the engine beside what comes next, if a text could hold a token: loading holds no lock."""
    if not _loaded and any(text.may_hold_token for text in texts):
        threading.Thread(target=_try_to_load, args=(cache,)).start()


def _try_to_load(cache: Callable[[], Path]) -> None:
    with contextlib.suppress(BaseException):  # whoever asks it next meets the same error, and says so
        _engine(cache)


def find(text: Text, folded: Iterable[Folded], cache: Callable[[], Path]) -> Iterator[Candidate]:
    """Give the tokens on added lines of a text, and in the strings that its expressions make."""
    if text.may_hold_token:  # with the lines around: a key's header or its id may have stood there before
        for found in _scan("\n".join(text.lines), cache):
            lines = range(found.location["line"], found.location.get("end_line", found.location["line"]) + 1)
            if touched := text.added.intersection(lines):
                yield from _candidates(found, min(touched))
    for each in folded:
        if could_hold_token(each.text):
            for found in _scan(each.text, cache):
                yield from _candidates(found, each.line)


def _candidates(found: Found, line: int) -> Iterator[Candidate]:
    rule = found.rule_id.rsplit("/", 1)[-1].removeprefix("betterleaks.").removesuffix(".1").replace(".", "-")
    if found.visible and rule not in _NOT_OURS and not is_example(found.secret):
        kind = Kind.GENERIC if rule in _GENERIC else Kind.TOKEN
        yield Candidate(rule, line, found.secret, kind=kind)


def _scan(text: str, cache: Callable[[], Path]) -> Sequence[Found]:
    try:
        return _engine(cache).scan(text.encode("utf-8", "replace"), timeout=TIMEOUT_S)
    except (MeasurementError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a panic of native code is no Exception
        mend = "try another version of kingfisher-secret-scanner"
        raise MeasurementError(f"the secret engine kingfisher failed ({type(error).__name__}): {mend}") from error


_lock = threading.Lock()
_loaded: list[Engine] = []


def _engine(cache: Callable[[], Path]) -> Engine:
    """Load the engine once a process; its compiled rules are kept in the folder that `cache` makes."""
    with _lock:
        if not _loaded:
            try:
                from kingfisher_sdk import Rules, Scanner
            except ImportError as error:
                mend = "pip install kingfisher-secret-scanner (there is no wheel for musl Linux)"
                raise MeasurementError(f"the secret engine kingfisher cannot be imported: {mend}") from error
            _loaded.append(Scanner(Rules(cache_dir=cache())))
        return _loaded[0]
