"""Which of the collected tests run, in which order and how often: for runs that differ from the plain one."""

import copy


def arrange(items, plan):
    """Keep the tests that the plan names (all where it names none), turn them round, and repeat them."""
    only = set(plan.get("only", ()))
    kept = [item for item in items if not only or item.nodeid in only]
    if plan.get("backwards"):
        kept.reverse()
    again = [clone for _ in range(1, plan.get("times", 1)) for clone in map(_clone, kept) if clone is not None]
    return kept + again


def _clone(item):
    """Copy a test function, to run once more with fixtures and an instance of its own; None for other items."""
    import pytest

    if not isinstance(item, pytest.Function):
        return None
    clone = copy.copy(item)
    for made in ("_obj", "_instance"):  # pytest makes them when they are first asked for
        clone.__dict__.pop(made, None)
    clone._initrequest()  # noqa: SLF001 - pytest has no public way to run a test twice
    return clone
