"""Measure no-secrets against its goals, as far as the data is given.

    python benchmarks/secrets/measure.py probe [--seeds 1 2 3]
    python benchmarks/secrets/measure.py leaky ../repos/leaky-repo.git
    python benchmarks/secrets/measure.py vectors ../repos/gitleaks.git
    python benchmarks/secrets/measure.py honest ../repos/flask ../repos/httpx --last 300
    python benchmarks/secrets/measure.py speed

Each prints Markdown rows; `README.md` next to this file holds them. What is missed or wrongly blocked is listed.
Repositories are read by git alone; none of their code is run.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from probe import cases

from gatecheck.cache import default_folder
from gatecheck.change import Change, History, Today
from gatecheck.measurements.secrets import candidate, lines, measure_secrets, syntax, tokens
from gatecheck.measurements.secrets.texts import Text, texts_of
from gatecheck.model import Severity
from gatecheck.project import Project
from gatecheck.report import GateReport
from gatecheck.run import Demand, check
from gatecheck.testing import change_of
from gatecheck.workspace import Workspace
from gatecheck_gates.no_secrets import NoSecrets

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from regex_samples import sample

LAYERS = ("tokens", "tokens in folded strings", "syntax tree", "line rule")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("probe", "leaky", "vectors", "honest", "speed"))
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--last", type=int, default=300, help="changes of each repository")
    options = parser.parse_args()
    given = [path for path in options.repositories if path.is_dir()]
    for path in options.repositories:
        if path not in given:
            print(f"skipped: there is no {path}", file=sys.stderr)
    if options.what not in {"probe", "speed"} and not given:
        sys.exit(f"skipped: {options.what} needs the path of a repository")
    with tempfile.TemporaryDirectory() as scratch:
        measure(options, given, Workspace(Path(scratch), default_folder()))


def measure(options: argparse.Namespace, given: list[Path], workspace: Workspace) -> None:
    """Measure one thing."""
    match options.what:
        case "probe":
            for seed in options.seeds:
                probe(seed, workspace)
        case "leaky":
            leaky(given[0], workspace)
        case "vectors":
            vectors(given[0], workspace)
        case "honest":
            honest(given, options.last)
        case "speed":
            speed(workspace)


def levels(change: Change, workspace: Workspace) -> dict[str, dict[int, Severity]]:
    """Give the weightiest level by path and line."""
    found: dict[str, dict[int, Severity]] = {}
    secrets = measure_secrets(change, History(), Project(), workspace)
    for secret in secrets.found:
        level = NoSecrets().level(secret, Today())
        if level is not None:
            lines_of = found.setdefault(secret.path, {})
            known = lines_of.get(secret.line or 0)
            lines_of[secret.line or 0] = Severity.ERROR if known is Severity.ERROR else level
    return found


def probe(seed: int, workspace: Workspace) -> None:
    """Print how much of the probe is blocked, in all and by each layer alone."""
    blocked: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case in cases(seed):
        change = change_of({case.path: (None, case.text)})
        level = max((SEVERE[each] for each in levels(change, workspace).get(case.path, {}).values()), default=0)
        total[case.group] += 1
        blocked[case.group] += level == SEVERE[Severity.ERROR]
        blocked[f"{case.group} warned"] += level == SEVERE[Severity.WARNING]
        if case.secret != (level == SEVERE[Severity.ERROR]):
            print(f"    {'missed' if case.secret else 'BLOCKED'} ({level}) {case.path}: {masked(case.text)}")
        for layer in layers(change, workspace):
            blocked[f"{layer} {case.secret}"] += 1
    print(f"| seed {seed} | " + " | ".join(f"{name} {blocked[name]}/{total[name]}" for name in total) + " |")
    print("warned:", {name: blocked[f"{name} warned"] for name in total})
    for layer in LAYERS:
        print(f"| {layer} | {blocked[f'{layer} True']} | {blocked[f'{layer} False']} |")


SEVERE = {Severity.NOTE: 1, Severity.WARNING: 2, Severity.ERROR: 3}


def masked(text: str) -> str:
    """Give a text without what could be a value."""
    return re.sub(r"[A-Za-z0-9+/=_\-]{16,}", lambda run: run[0][:4] + "…", text.strip().replace("\n", "⏎"))[:110]


def layers(change: Change, workspace: Workspace) -> Iterator[str]:
    """Give the layers that find something strong, each asked alone."""
    (text,) = texts_of(change, History())
    parsed = syntax.find(text) if text.path.endswith(".py") else None
    candidates, folded = parsed or ([], [])
    nothing = Text(text.path, text.lines, frozenset())
    asked = (
        tokens.find(text, (), lambda: workspace.lasting("kingfisher")),
        tokens.find(nothing, folded, lambda: workspace.lasting("kingfisher")),
        candidates,
        lines.find(text, only_addresses=parsed is not None),
    )
    for layer, found in zip(LAYERS, asked, strict=True):
        if any(not candidate.weak for candidate in found):
            yield layer


def git(repository: Path, *args: str) -> bytes:
    """Run git in a repository."""
    return subprocess.run(["git", "-C", str(repository), *args], check=True, capture_output=True).stdout


def leaky(repository: Path, workspace: Workspace) -> None:
    """Count the risky lines of leaky-repo that block or warn; a file counts no more than it says it has."""
    table = git(repository, "show", "HEAD:.leaky-meta/secrets.csv").decode()
    risky = [line.split(",") for line in table.split("\n") if line.count(",") == 2 and not line.startswith("#")]  # noqa: PLR2004
    counted = [0, 0, 0]
    files = {path: (None, git(repository, "show", f"HEAD:{path}")) for path, risk, _ in risky}
    found = levels(change_of(files), workspace)
    for path, risk, _ in risky:
        shown = found.get(path, {})
        errors = sum(level is Severity.ERROR for level in shown.values())
        for index, count in enumerate((int(risk), len(shown), errors)):
            counted[index] += min(count, int(risk))
        if len(shown) < int(risk):
            print(f"    {path}: {len(shown)} of {risk}, lines {sorted(shown)}")
    print(f"| leaky-repo | {counted[0]} | {counted[1]} | {counted[2]} |")


# Go's slices of literal test lines, and the calls that make one value into a line for each of the formats.
_SLICE = re.compile(r"\b(tps|fps)\s*:?=\s*(?:append\(tps,\s*)?\[\]string\{(.*?)\n\t\}", re.DOTALL)
_LITERAL = re.compile(r'^\s*(?:`([^`]*)`|"((?:[^"\\\n]|\\.)*)")\s*,?\s*(?://[^\n]*)?$', re.MULTILINE)
_MADE = re.compile(r"GenerateSampleSecrets?\(\"([^\"]+)\", (.+)\)[,)]?\s*(?://.*)?$", re.MULTILINE)
_FORMAT = re.compile(r'^\t\t"[^"]+":\s+(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`),', re.MULTILINE)
_PIECE = re.compile(r'secrets\.NewSecret\(((?:`[^`]*`|"[^"]*"|[^()]|\([^()]*\))*)\)|`([^`]*)`|"((?:[^"\\]|\\.)*)"')
_PATTERN = re.compile(r'utils\.(\w+)\((?:"([\d,]+)")?\)|`([^`]*)`|"((?:[^"\\]|\\.)*)"|\+|\s')
_HELPERS = {
    "Numeric": "[0-9]{%s}",
    "Hex": "[a-f0-9]{%s}",
    "AlphaNumeric": "[a-z0-9]{%s}",
    "AlphaNumericExtendedShort": "[a-z0-9_-]{%s}",
    "AlphaNumericExtended": "[a-z0-9=_-]{%s}",
    "AlphaNumericExtendedLong": "[a-z0-9/=_+-]{%s}",
    "Hex8_4_4_4_12": "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
}


def vectors(repository: Path, workspace: Workspace) -> None:
    """Count what is found of the test lines of gitleaks' rules: the literal ones, and those its code makes."""
    listed = git(repository, "ls-tree", "--name-only", "HEAD", "cmd/generate/config/rules/").decode().split()
    formats = formats_of(git(repository, "show", "HEAD:cmd/generate/config/utils/generate.go").decode())
    counts: Counter[str] = Counter()
    candidate.ROUNDS = 1  # a fingerprint a line would take most of the time
    for path in listed:
        for kind, text in lines_of(git(repository, "show", f"HEAD:{path}").decode(), formats):
            found = levels(change_of({"config/app.conf": (None, text + "\n")}), workspace).get("config/app.conf", {})
            counts.update([kind, *([f"{kind} found"] if found else [])])
            counts[f"{kind} blocked"] += Severity.ERROR in found.values()
            counts[f"{kind} missed {Path(path).name}"] += not found
            if kind == "literal" and not found:
                print(f"    {Path(path).name}: {masked(text)}")
    print(
        "    missed of made:",
        {name[12:]: n for name, n in counts.most_common() if name.startswith("made missed") and n},
    )
    for kind in ("literal", "made", "false"):
        print(f"| {kind} | {counts[kind]} | {counts[f'{kind} found']} | {counts[f'{kind} blocked']} |")


def formats_of(source: str) -> list[str]:
    """Give the templates that gitleaks puts a value into."""
    return [quoted.encode().decode("unicode_escape") or raw for quoted, raw in _FORMAT.findall(source)]


def lines_of(source: str, formats: list[str]) -> Iterator[tuple[str, str]]:
    """Give a rule's test lines: what must be found, literal or made, and what must not."""
    for kind, body in _SLICE.findall(source):
        for raw, quoted in _LITERAL.findall(body):
            yield ("literal" if kind == "tps" else "false"), raw or quoted.encode().decode("unicode_escape")
    rnd = random.Random(1)  # noqa: S311 - no cryptography
    for match in _MADE.finditer(source):
        value = "".join(made(pattern, raw or quoted, rnd) for pattern, raw, quoted in _PIECE.findall(match[2]))
        used = formats if "Secrets(" in match[0] else ['{i}_api_token = "{s}"']
        for template in used if value else ():
            yield "made", template.replace("{i}", match[1]).replace("{I}", match[1].upper()).replace("{s}", value)


def made(pattern: str, written: str, rnd: random.Random) -> str:
    """Make a piece of a value: drawn from a pattern, or as it is written."""
    parts = (helper(name, size) or one or two for name, size, one, two in _PATTERN.findall(pattern))
    return sample("".join(parts), rnd) if pattern else written


def helper(name: str, size: str) -> str:
    """Give the pattern of one of gitleaks' helpers."""
    return _HELPERS.get(name, "").replace("%s", size)


def honest(repositories: Iterable[Path], last: int) -> None:
    """Count the changes that are blocked, first parents of the branch that is checked out, and list each."""
    print("| repository | changes | blocked | warned | added lines |")
    for repository in repositories:
        revisions = git(repository, "rev-list", "--first-parent", f"-n{last}", "--min-parents=1", "HEAD").decode()
        counts: Counter[str] = Counter()
        for commit in revisions.split():
            gate = judged(repository, commit)
            warned = any(finding.level == "warning" for finding in gate.findings)
            counts.update(["changes", gate.status, *(["warned"] if warned else [])])
            counts["lines"] += int(gate.measures.get("lines", 0))
            for finding in gate.findings:
                if finding.level == "error":
                    print(f"    {commit[:10]} {finding.path}:{finding.line} {finding.rule}: {finding.message}")
        row = (counts["changes"], counts["fail"], counts["warned"], counts["lines"])
        print(f"| {repository.name} | {' | '.join(map(str, row))} |", flush=True)


def judged(repository: Path, commit: str) -> GateReport:
    """Run the gate alone on one commit."""
    report = check(Demand(repository, commit, gates=("no-secrets",), cache=default_folder()))
    return next(gate for gate in report.gates if gate.id == "no-secrets")


def speed(workspace: Workspace) -> None:
    """Time the measurement, warm: 300 added lines, and 100,000; a token among them, so that the engine is asked."""
    levels(code(10), workspace)
    for count in (300, 100_000):
        change = code(count)
        began = time.perf_counter()
        levels(change, workspace)
        print(f"| {count} added lines | {time.perf_counter() - began:.2f} s |")


def code(count: int) -> Change:
    """Make a change of Python modules of 500 lines at most, with a token in the first."""
    one = "def price_{0}(order: Order) -> int:\n    total = order.amount * {0}  # in cents\n    return total\n\n\n"
    modules = [list(range(start, min(start + 500, count), 5)) for start in range(0, count, 500)]
    texts = {f"src/shop/m{index}.py": "".join(map(one.format, numbers)) for index, numbers in enumerate(modules)}
    first = next(case.text for case in cases(1) if case.group == "token")
    texts["src/shop/m0.py"] += first
    return change_of({path: (None, text) for path, text in texts.items()})


if __name__ == "__main__":
    main()
