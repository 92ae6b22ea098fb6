"""Why an environment breaks tests that are sound: one reason for most of them, and what the policy gives for it.

Tests have no network unless the policy says so, and see no variable that it does not pass. Where that breaks most of a
suite, it is said once, and nothing of such a run is held against a change.
"""

import re
from collections import Counter
from collections.abc import Iterable

from gatecheck.measurements.outcomes import Outcome

BREAKS = frozenset({"failed", "error"})
FEWEST = 3  # broken tests that have a reason in common
MOST_LEFT_OUT = 5  # files that a message names one by one
_FOLDER = re.compile(r"(?:[^/]+/)*tests?/(?:integration|e2e)(?=/)")  # the folders of gatecheck.project.INTEGRATION
# How systems and database drivers name an address or a service that cannot be reached.
_UNREACHED = re.compile(
    r"Network is unreachable|Connection refused|Name or service not known|nodename nor servname|in name resolution"
    r"|No route to host|could not connect|Can't connect to|ConnectionError|ConnectError|ServerSelectionTimeoutError"
    r"|Failed to resolve|Cannot assign requested address|getaddrinfo failed|Max retries exceeded",
    re.IGNORECASE,
)
_PLACE = re.compile(r"""(?:at |host=|://|to (?=[\w.-]+:\d))["']?([\w.-]+)["']?(?:[ (),:'"\w.]*?port[= ]|:)(\d{2,5})""")
_SEARCHED = 1000  # characters of a message: who wrote it may have made it to be searched for long
_VARIABLE = re.compile(r"(?:KeyError: |[Ee]nvironment variable |Set the )'?\"?([A-Z][A-Z0-9_]{3,})")
_MODULE = re.compile(r"No module named '?([\w.]+)")
_PACKAGE = re.compile(
    r"(?:must|please|need to|try|pip) +install(?:ing)? +(?!(?:the|an?|it|them|this|your)\b)[`'\"]?"
    r"([a-z][\w-]*(?:\.\w+)*)",
    re.IGNORECASE,
)
_VARYING = re.compile(r"0x[0-9a-f]+|\d+|'[^']*'|\"[^\"]*\"")


def is_unreached(message: str) -> bool:
    """Tell whether a test broke because it could not reach an address or a service; an assertion did not."""
    return not message.startswith(("AssertionError", "assert ")) and _UNREACHED.search(message) is not None


def common_cause(outcomes: Iterable[Outcome], *, whatever: bool = False) -> str:
    """Give why most of the tests that ran break, where it is one reason; "" where it is none.

    Only a service that cannot be reached counts, unless `whatever` is set: other reasons may be the change's own doing.
    """
    ran = [outcome for outcome in outcomes if outcome.outcome not in {"skipped", "xfailed"}]
    broken = [one for one in ran if one.outcome in BREAKS and (whatever or is_unreached(one.message))]
    kinds = Counter(kind_of(one.message) for one in broken)
    if not kinds or (most := kinds.most_common(1)[0])[1] < FEWEST or 2 * most[1] <= len(ran):
        return ""
    first = next(one for one in broken if kind_of(one.message) == most[0])
    return f"{most[1]} of {len(ran)} tests break for one reason: {first.message}{fix_of(first.message)}"


def leaving_out(outcomes: Iterable[Outcome]) -> str:
    """Give how the policy leaves integration tests out that break for a reason of the environment; "" where it cannot.

    By pytest's own option, and only where the suite is folders: a path that is given to pytest runs whole.
    """
    ended = list(outcomes)
    broken = sorted({_file(one) for one in ended if one.outcome in BREAKS})
    folders = {_FOLDER.match(_file(one)) for one in ended}
    if None in folders or len(broken) > MOST_LEFT_OUT:
        return ""
    named = sorted({found[0] for found in folders if found})
    words = ", ".join(f'"{word}"' for word in ("pytest", *named, *(f"--ignore={path}" for path in broken)))
    left = any(one.outcome == "passed" and _file(one) not in broken for one in ended)
    rest = "" if left else ', with `[items] integration-coverage = "off"`, for no other is left'
    return f"; the policy can leave them out: `[suites.integration] command = [{words}]`{rest}"


def _file(outcome: Outcome) -> str:
    return outcome.id.partition("::")[0]


def kind_of(message: str) -> str:
    """Give what the messages of one reason have in common: numbers, quoted names and addresses are left out."""
    return "unreached" if is_unreached(message) else _VARYING.sub("#", message)


def fix_of(message: str) -> str:
    """Give what the policy or the environment can do about a broken test's reason, "; ..." or "" for nothing known."""
    if is_unreached(message):
        found = _PLACE.search(message[:_SEARCHED])
        where = f" at {found[1]}, port {found[2]}" if found else ""
        return (
            f'; they need a service{where}: start it, and write `network = "host"` in the policy, with `pass-env` for'
            ' the variables that name it, such as `pass-env = ["DATABASE_URL"]`'
        )
    if found := _VARIABLE.search(message):
        return f'; where they need the variable {found[1]}: `pass-env = ["{found[1]}"]` in the policy'
    if found := _MODULE.search(message):
        name = found[1].partition(".")[0]
        return f"; install what gives {name} into the environment, or name what builds it in the policy's `prepare`"
    if found := _PACKAGE.search(message):
        return f"; install {found[1]} into the environment"
    return ""
