"""Runs one suite of the project's tests under coverage, and records what happened on a descriptor.

Called as `python suite.py PLAN.json`; the keys of the plan are those that `gatecheck.measurements.suite_runner` writes.
The record is one JSON object a line, `gatecheck.measurements.outcomes` tells which. Nothing printed and no exit code is
believed: a run without its final record did not end.
"""

import gatecheck_bytecode  # noqa: F401, I001 - before all others, which it speeds up

import importlib.util
import os
import sys

from gatecheck_options import plugins_of
from gatecheck_reach import Pace, Reach
from gatecheck_recorder import Recorder
from gatecheck_site import TREE, is_compiled, start_coverage
from gatecheck_sources import Sources
from gatecheck_start import be_pytest, leave, open_record, read_plan


def shadowed(plan):
    """Give the runners' modules that would come from the checked tree though the project is not that runner."""
    names = []
    for name in ("pytest", "_pytest", "coverage"):
        spec = importlib.util.find_spec(name)
        origin = os.path.realpath(spec.origin) if spec and spec.origin else ""
        if origin.startswith(plan["top"] + os.sep) and name not in plan["runners"]:
            names.append(name)
    return names


def foreign(plan):
    """Give the project's modules that were imported from outside the checked tree, with where from.

    Those that are known by name, and whatever came from the user's checkout.
    """
    found = []
    for name, origin in origins():
        outside = not (origin + os.sep).startswith(plan["top"] + os.sep)
        if outside and not is_compiled(origin) and (name in plan["modules"] or TREE.twin(origin)):
            found.append([name, origin])
    return found


def compiled(plan):
    """Give the compiled modules of the project's packages that the tree does not hold, with where they were built."""
    tops = {name.partition(".")[0] for name in plan["modules"]}
    outside = ((name, origin) for name, origin in origins() if not origin.startswith(plan["top"] + os.sep))
    return [[name, origin] for name, origin in outside if is_compiled(origin) and name.partition(".")[0] in tops]


def origins():
    """Give what was imported, by name, with the real paths of the files."""
    named = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    return [(name, os.path.realpath(path)) for name, path in named if isinstance(path, str)]


def run_tests(plan, recorder, slower):
    """Run pytest, or another module or script that the policy names as the suite's command."""
    if plan["module"] == "pytest":
        import pytest

        be_pytest()
        sys.argv = ["pytest", *plan["args"]]
        return int(pytest.main(plan["args"], plugins=[*plugins_of(plan, slower), recorder]))
    import runpy

    sys.argv = [plan["module"] or plan["script"], *plan["args"]]
    try:
        if plan["module"]:
            runpy.run_module(plan["module"], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(plan["script"], run_name="__main__")
    except SystemExit as error:
        return int(error.code) if isinstance(error.code, int) else int(error.code is not None)
    return 0


def main():
    """Read the plan, run, and end without waiting for what the tests may have left running."""
    plan = read_plan()
    stream = open_record(plan["descriptor"])
    recorder = Recorder(plan, stream)
    names = shadowed(plan)
    if names:
        recorder.say("shadowed", names=names)
        return
    sources = Sources(plan["top"], plan["watched"])
    sources.listen()
    try:
        pace = Pace(plan["top"])
        measured = start_coverage(plan["rcfile"])
        slower = pace.slower(measured)
        recorder.reach = Reach(measured, plan["top"], plan["watched"])
        code = run_tests(plan, recorder, slower)
        recorder.reach.give_back()
        measured.stop()
        measured.save()
    except BaseException as error:
        recorder.say("crash", message="%s: %s" % (type(error).__name__, error))
        raise
    told = {"data": measured.get_data().data_filename(), "watched": list(recorder.reach.watched)}
    told["sources"] = sources.told()
    recorder.say("final", code=code, foreign=foreign(plan), compiled=compiled(plan), **told)
    leave()


if __name__ == "__main__":
    main()
