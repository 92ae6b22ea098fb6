"""The gate policy-untouched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Base, Change, FileChange, Head
from gatecheck.globs import matcher
from gatecheck.measurements.rule_files import RuleFiles
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.ratchet.comparing import Rules, appeared, compare, part_of
from gatecheck.ratchet.own import changed_keys, policies, task_difference, task_in
from gatecheck.ratchet.places import holds_rules
from gatecheck.ratchet.plugin_files import may_be_run, plugin_moves, plugins_named
from gatecheck.ratchet.steps import LOOSER, UNCLEAR, Step, listed
from gatecheck.ratchet.telling import told
from gatecheck.ratchet.upgrades import upgraded
from gatecheck.task import Task

_NOTHING = "no policy, task, tool configuration, hook or CI file was edited"
APPROVE = "it takes effect after the merge, once a person approves it; to try it now: gatecheck --policy FILE"


@dataclass(frozen=True)
class PolicyUntouched:
    """The change does not loosen the rules by which it is judged.

    Why
    ---
    Whoever wants a green answer can mend the code or change the question. A lowered threshold, one more ignored rule
    or `|| true` behind the tests is quicker than a fix, and easily missed in a diff that is about something else.
    gatecheck judges a change by the base's rules, so the edit does not help this change; this gate shows it before it
    helps the next one.

    How it is judged
    ----------------
    gatecheck's own policy (gatecheck.toml, [tool.gatecheck]) and the file of the task in hand must mean the same as
    on the base: any edit fails. A first policy, where the base has none, makes the item unproven: nobody approved it
    yet.

    Every other rule may be tightened and reworded, not loosened: the settings of pytest, coverage.py, ruff and mypy,
    the hooks of pre-commit, tox and nox, the workflows of CI and the scripts that they call. Parsed values are
    compared, in the file that is in force: so comments, order, another version of a tool or action, a Python more or
    less, and a section that moves to another file are notes at most. It is looser, and fails, if for instance

    - fail_under falls, or `omit` gains a file of the source;
    - a ruff rule that was checked is ignored, or a mypy flag is switched off;
    - pytest's addopts gain -k, -m, --ignore or --deselect, `error` leaves filterwarnings, or a new pytest.ini takes
      the place of stricter options;
    - a hook or a CI job goes and nothing else checks the same kind (tests, lint, types), or its failure is forgiven
      (continue-on-error, || true, if: false), or pull requests no longer start it.

    What may be looser is a warning: one tool in place of another, a new warning filter, a rule ignored together with
    the upgrade of its tool, what only concerns tests, code owners, what cannot be parsed. So is an edit of a program of
    the tree that the rules run, since nobody can tell from it whether it demands less: a plugin of mypy or coverage.py
    (what it imports is not followed), or what a local hook of pre-commit starts. And so is what the task declares under
    `touches`: whoever gives the task has approved it. gatecheck's own policy cannot be approved that way.

    Of 4800 honest changes of sixteen projects 1383 edit rules, 10 fail (0.2 %) and 69 have warnings. Each of the ten
    loosens a setting in passing; all of them touch code as well, so that a change of configuration alone needs no
    leniency of its own (benchmarks/policy-untouched.md).

    How to fix it
    -------------
    Put the setting back and mend what it complains of; or have whoever runs gatecheck declare the file under
    `touches` in the task. For the policy itself a person merges the edit; `--policy FILE` tries it beforehand.
    """

    id: ClassVar[str] = "policy-untouched"
    item: ClassVar[str] = "in-scope"

    def judge(
        self,
        change: Change,
        task: Task,
        project: Project,
        before: Base[RuleFiles] | None = None,
        after: Head[RuleFiles] | None = None,
    ) -> Verdict:
        """Judge the changed files alone, and with all files of rules where those raise a suspicion."""
        held = [file for file in change.files if holds_rules(file.path) or holds_rules(_old_path(file))]
        old, new = _rules(held)
        if unknown := [file.path for file in held if _unknown(file, old.beyond | new.beyond)]:
            return Verdict.unproven(f"{listed(unknown)}: too big or deep to be parsed, or no plain file: not known")
        edited = [file for file in held if _edited(file, old, new, project.root)]
        findings = list(_task_findings(change, task))
        runnable = [file for file in change.files if may_be_run(file, project)]
        if not edited and not findings and not runnable:
            return Verdict.not_applicable(_NOTHING)
        if before and after:
            old, new = Rules.of(before.files, before.python), Rules.of(after.files, after.python)
        steps = compare(old, new, project, upgraded(change))
        if not (before and after) and (runnable or _suspicious(steps, old, new, project.root)):
            return Verdict.unproven("the rules of both trees must be compared, and could not be read")
        run = list(plugin_moves(old.contents, new.contents, (old.python or (), new.python or ()), runnable))
        steps += run
        edited += [file for file in runnable if file not in edited and file.path in {step.path for step in run}]
        findings += _policy_findings(old, new, project.root)
        own = {finding.location for finding in findings}
        more = told(steps, edited, new.problems, matcher(task.touches))
        findings += [finding for finding in more if finding.level is not Severity.NOTE or finding.location not in own]
        return _verdict(findings, len(edited))


def _old_path(file: FileChange) -> str:
    return file.old_path or file.path


def _rules(held: list[FileChange]) -> tuple[Rules, Rules]:
    before = {_old_path(file): file.before for file in held if file.before is not None}
    return Rules.of(before), Rules.of({file.path: file.after for file in held if file.after is not None})


def _unknown(file: FileChange, beyond: frozenset[str]) -> bool:
    """Tell whether what a side of a file says is not known: too big, too deep, or a symbolic link."""
    sides = ((_old_path(file), file.old_mode, file.before), (file.path, file.new_mode, file.after))
    return any(path in beyond or (mode and text is None) for path, mode, text in sides)


def _edited(file: FileChange, old: Rules, new: Rules, root: str) -> bool:
    """Tell whether what a file says as a rule differs; what cannot be parsed is compared as it is."""
    sides = ((_old_path(file), old, file.before), (file.path, new, file.after))
    was, now = (
        (part_of(path, rules.contents.get(path, text)), policies(rules.contents, root).get(path))
        for path, rules, text in sides
    )
    return was != now and (any(was) or any(now))


def _suspicious(steps: list[Step], old: Rules, new: Rules, root: str) -> bool:
    """Tell whether files that did not change may matter: another may be in force, or check the same."""
    named = [plugins_named(side.contents) for side in (old, new)]
    moved = named[0] != named[1] or any(step.direction in {LOOSER, UNCLEAR} for step in steps)
    return moved or appeared(old, new) or policies(old.contents, root) != policies(new.contents, root)


def _verdict(findings: list[Finding], edited: int) -> Verdict:
    if not edited and not findings:
        return Verdict.not_applicable(_NOTHING)
    errors = [finding for finding in findings if finding.level is Severity.ERROR]
    counts = {"edited": edited, "loosened": len(errors)}
    if errors:
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        return Verdict.failed(f"{errors[0].location}: {errors[0].message}{more}", findings, **counts)
    if any(finding.rule == "policy-introduced" for finding in findings):
        return Verdict.unproven("the change brings the first policy, which nobody has approved yet", findings, **counts)
    look = "; a person should look at the warnings" if any(f.level is Severity.WARNING for f in findings) else ""
    return Verdict.passed(f"files of rules edited: {edited}, none found looser{look}", findings, **counts)


def _task_findings(change: Change, task: Task) -> Iterator[Finding]:
    for file in change.files:
        was, now = task_in(_old_path(file), file.before, task.id), task_in(file.path, file.after, task.id)
        if was is not None and was != now:
            level = Severity.ERROR if isinstance(was, dict) else Severity.WARNING
            said = f"edited ({task_difference(was, now)})" if now is not None else "removed"
            message = f"the task {task.id} itself is {said}; it counts as whoever runs gatecheck gave it"
            mend = "leave the task as it was given, or ask for another one"
            yield Finding("task-edited", message, Location(file.path), level, mend)


def _policy_findings(old: Rules, new: Rules, root: str) -> Iterator[Finding]:
    was, now = policies(old.contents, root), policies(new.contents, root)
    path = next(iter([*now, *was]), "")
    if was and list(was.values()) != list(now.values()):
        said = changed_keys(*(next(iter(side.values()), {}) for side in (was, now)))
        message = f"the change {'edits' if now else 'removes'} gatecheck's own policy ({said}); {APPROVE}"
        yield Finding("policy-edited", message, Location(path), mend=f"leave {path} as it is on the base")
    elif now and not was:
        message, mend = f"the change brings a first policy; {APPROVE}", "merge the policy as a change of its own"
        yield Finding("policy-introduced", message, Location(path), Severity.WARNING, mend)
