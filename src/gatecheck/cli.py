"""The command line: it parses, prints and exits; everything else is in functions that take plain arguments.

Heavy modules are imported where they are used: `gatecheck --version` loads click and nothing more.
"""

import errno
import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from gatecheck import __version__
from gatecheck.default_command import DefaultToCheck
from gatecheck.interrupt import Interrupted, heed_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatecheck.output import Destination
    from gatecheck.ranges import Uncommitted
    from gatecheck.report import Report
    from gatecheck.run import Demand
    from gatecheck.task import Task

STRATEGIES = ("tdd", "bug-fix", "characterization", "refactor", "test-after", "flexible")


class ExitCode(IntEnum):
    """What the exit code of a check says."""

    ACCEPTED = 0  # every item passes or does not apply
    REJECTED = 1  # something failed
    USAGE = 2  # a wrong option, policy, task or repository; click's own code for usage errors
    UNPROVEN = 3  # nothing failed, something could not be decided
    BUG = 4  # gatecheck's own fault
    INTERRUPTED = 130  # 128 + SIGINT, the shells' convention


_WEIGHT = (ExitCode.ACCEPTED, ExitCode.UNPROVEN, ExitCode.REJECTED)  # of several answers the gravest counts


@click.group(cls=DefaultToCheck, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="gatecheck %(version)s")
def cli() -> None:
    """Measure a git change and answer the acceptance checklist, each item with evidence.

    Without a command, the change about to be committed is checked: what is staged, else the working tree.
    """


@cli.command()
@click.argument("range_", metavar="[RANGE]", required=False)
@click.option("-C", "--repository", type=click.Path(path_type=Path), default=Path(), help="The repository, else here.")
@click.option("--base", metavar="REV", envvar="GATECHECK_BASE", help="Compare with where the change left REV.")
@click.option("--range-from-stdin", "of_push", is_flag=True, help="Read what git gives a pre-push or pre-receive hook.")
@click.option("--staged", is_flag=True, help="Check what is staged.")
@click.option("--worktree", is_flag=True, help="Check the working tree with its untracked files.")
@click.option("--task", "task_file", type=click.Path(path_type=Path), help="A TOML file that says what was asked for.")
@click.option("--task-id", default="", help="The task's id, when no file says it.")
@click.option("--description", default="", help="The task's description.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="How the work was to be done.")
@click.option("--touches", multiple=True, metavar="GLOB", help="A file that the task declares; repeatable.")
@click.option("--non-goal", "non_goals", multiple=True, metavar="ID=GLOB", help="What must not be touched; repeatable.")
@click.option("--risk", "risks", multiple=True, help="A risk of the task; repeatable.")
@click.option("--policy", type=click.Path(path_type=Path), help="Use this policy instead of the base's.")
@click.option(
    "--python",
    "pythons",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The project's interpreter or environment; more of them run the new tests that it skips.",
)
@click.option("--gate", "gates", multiple=True, metavar="ID", help="Judge only this gate; repeatable.")
@click.option("--skip", multiple=True, metavar="ID", help="Leave this gate out; repeatable.")
@click.option("--no-run", is_flag=True, help="Only gates that execute nothing of the project.")
@click.option("--require-cage", is_flag=True, help="Run nothing of the project where the kernel allows no full cage.")
@click.option("--budget", default="10m", show_default=True, help="Time for trials of altered code: 90s, 10m, 1h.")
@click.option("--jobs", type=click.IntRange(min=1), help="Measurements at once; one more than processors by default.")
@click.option("--no-cache", is_flag=True, help="Remember nothing, and use nothing remembered.")
@click.option("--output", "outputs", multiple=True, metavar="FORMAT[=PATH]", help="text (default) or json; repeatable.")
def check(
    range_: str | None,
    repository: Path,
    base: str | None,
    of_push: bool,
    staged: bool,
    worktree: bool,
    task_file: Path | None,
    task_id: str,
    description: str,
    strategy: str | None,
    touches: tuple[str, ...],
    non_goals: tuple[str, ...],
    risks: tuple[str, ...],
    policy: Path | None,
    pythons: tuple[Path, ...],
    gates: tuple[str, ...],
    skip: tuple[str, ...],
    no_run: bool,
    require_cage: bool,
    budget: str,
    jobs: int | None,
    no_cache: bool,
    outputs: tuple[str, ...],
) -> None:
    """Check a change and answer the acceptance checklist.

    RANGE is A..B, A...B (B since it left A) or one revision (against its first parent). Without one, in CI the change
    that the CI system names is checked, and elsewhere what is staged, else the working tree.

    Exit code: 0 accepted, 1 rejected, 2 usage or policy error, 3 unproven, 4 a bug of gatecheck, 130 interrupted.
    """
    from gatecheck.cache import default_folder
    from gatecheck.ci import ranges_of_ci
    from gatecheck.errors import NothingError
    from gatecheck.output import destinations, write
    from gatecheck.policy import seconds
    from gatecheck.progress import progress
    from gatecheck.run import Demand
    from gatecheck.run import check as run_check

    wanted = destinations(outputs)
    demand = Demand(
        folder=repository,
        range=_range(range_, staged, worktree, of_push),
        base=base,
        of_ci=ranges_of_ci(os.environ),
        task=_task(task_file, task_id, description, strategy, touches, non_goals, risks),
        policy=policy,
        python=pythons[0] if pythons else None,
        others=pythons[1:],
        gates=gates,
        skip=skip,
        execute=not no_run,
        require_cage=require_cage,
        budget_s=seconds(budget, "--budget"),
        jobs=jobs or 0,
        cache=None if no_cache else default_folder(),
    )
    demands = _of_push(demand, wanted) if of_push else [demand]
    try:
        with progress(sys.stderr) as listen:
            reports = [run_check(each, listen) for each in demands]
    except NothingError as error:
        raise SystemExit(_nothing(str(error))) from None
    for report in reports:
        write(report, wanted)
    raise SystemExit(max((exit_code(report) for report in reports), key=_WEIGHT.index, default=ExitCode.ACCEPTED))


def exit_code(report: "Report") -> ExitCode:
    """Give the exit code of a report's result."""
    codes = {"accepted": ExitCode.ACCEPTED, "rejected": ExitCode.REJECTED, "unproven": ExitCode.UNPROVEN}
    return codes[report.result]


def _of_push(demand: "Demand", wanted: "Sequence[Destination]") -> list["Demand"]:
    """Make a demand of each change that the push on standard input brings."""
    import dataclasses

    from gatecheck.errors import UsageError
    from gatecheck.push import changes_of_push

    changes = changes_of_push(demand.folder, getattr(sys.stdin, "buffer", None), os.environ)
    if not changes:
        click.echo("gatecheck: the push brings no new commit: there is nothing to check", err=True)
    if len(changes) > 1 and any(place.path or place.format != "text" for place in wanted):
        raise UsageError(f"the push brings {len(changes)} changes, and a report holds one: leave out --output")
    return [dataclasses.replace(demand, range=head, base=since) for head, since in changes]


def _range(text: str | None, staged: bool, worktree: bool, of_push: bool) -> "str | Uncommitted | None":
    from gatecheck.errors import UsageError
    from gatecheck.ranges import Uncommitted
    from gatecheck.uncommitted_notes import is_commit_hook

    said = {"--range-from-stdin": of_push, "--staged": staged, "--worktree": worktree, text: text is not None}
    named = [name for name, wanted in said.items() if wanted]
    if len(named) > 1:
        raise UsageError(f"{named[0]} and {named[1]} name two changes: keep one")
    committing = not named and is_commit_hook()  # whatever lies about besides is not committed
    return Uncommitted.STAGED if staged or committing else Uncommitted.WORKTREE if worktree else text


def _task(
    file: Path | None,
    task_id: str,
    description: str,
    strategy: str | None,
    touches: tuple[str, ...],
    non_goals: tuple[str, ...],
    risks: tuple[str, ...],
) -> "Task":
    """Make the task of its file and the inline options, which win over the file or add to it."""
    import msgspec

    from gatecheck.task import NO_TASK, Strategy, checked, non_goal_of_option, task_of_file

    base = task_of_file(file) if file else NO_TASK
    said = {"id": task_id, "description": description, "strategy": Strategy(strategy) if strategy else ""}
    task = msgspec.structs.replace(
        base,
        **{key: value for key, value in said.items() if value},
        touches=(*base.touches, *touches),
        non_goals=(*base.non_goals, *map(non_goal_of_option, non_goals)),
        risks=(*base.risks, *risks),
    )
    return checked(task, "the task's options")


@cli.command()
def gates() -> None:
    """List the gates: the item that each answers, and its criterion."""
    from gatecheck import plugins
    from gatecheck.documentation import gates_table
    from gatecheck.printing import say

    say(gates_table(plugins.gates()))


@cli.command()
@click.argument("gate_id", metavar="ID")
def explain(gate_id: str) -> None:
    """Explain one gate: why, how it is judged, how to fix it, its options."""
    from gatecheck import plugins, strict
    from gatecheck.documentation import explain as explained
    from gatecheck.errors import UsageError
    from gatecheck.printing import say

    known = {plugin.id: plugin for plugin in plugins.gates()}
    if gate_id not in known:
        raise UsageError(f"there is no gate {gate_id!r}{strict.suggestion(gate_id, known)} (see `gatecheck gates`)")
    say(explained(known[gate_id]))


@cli.command()
@click.argument("what", type=click.Choice(["report", "policy", "task"]))
def schema(what: str) -> None:
    """Print the JSON Schema of the report, the policy or the task."""
    from gatecheck.printing import say
    from gatecheck.schemas import schema_of

    say(schema_of(what))


@cli.command()
@click.option("--python", type=click.Path(path_type=Path), help="The interpreter to run the demo's tests with.")
def demo(python: Path | None) -> None:
    """Check a bundled flawed change, show the checklist, then the mended one, which is accepted."""
    from gatecheck.demo import run_demo

    raise SystemExit(run_demo(python))


def main() -> NoReturn:
    """Run the command line; every way out is an ExitCode."""
    with Path(os.devnull).open("w") as nowhere:  # for a stream that the caller closed, as in `gatecheck >&-`
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
        heed_signals()
        sys.exit(_run())


def _run() -> ExitCode:
    from gatecheck.errors import GatecheckError, UnprovenError
    from gatecheck.printing import silence

    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (Interrupted, click.Abort):
        click.echo("gatecheck: interrupted", err=True)
        return ExitCode.INTERRUPTED
    except GatecheckError as error:
        return _refused(str(error), ExitCode.UNPROVEN if isinstance(error, UnprovenError) else ExitCode.USAGE)
    except Exception as error:  # noqa: BLE001 - the last door: whatever gets here is our bug
        if not isinstance(error, OSError) or error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return _own_bug()
        silence()
        return _refused(f"{error}: free some, or name another folder with TMPDIR")
    return ExitCode.ACCEPTED


def _refused(why: str, code: ExitCode = ExitCode.USAGE) -> ExitCode:
    from gatecheck.typeset import printable

    click.echo(f"gatecheck: {printable(why)}", err=True)
    return code


def _nothing(why: str) -> ExitCode:
    """Say that there is nothing to check; an empty commit, or one whose message is reworded, is not hindered."""
    from gatecheck.uncommitted_notes import is_commit_hook

    _refused(why)
    return ExitCode.ACCEPTED if is_commit_hook() else ExitCode.USAGE


def _own_bug() -> ExitCode:
    import platform
    import traceback

    click.echo(traceback.format_exc(), err=True, nl=False)
    versions = f"gatecheck {__version__}, Python {platform.python_version()}, {platform.platform()}"
    click.echo(f"gatecheck: this is a bug of gatecheck; please report it with the lines above ({versions})", err=True)
    return ExitCode.BUG


if __name__ == "__main__":
    main()
