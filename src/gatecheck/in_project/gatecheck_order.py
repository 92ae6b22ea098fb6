"""Which of the collected tests run, in which order and how often: for runs that differ from the plain one."""

import copy


def arrange(items, plan):
    """Keep the tests that the plan names (all where it names none), turn them round, and repeat them.

    A test that says by a mark of pytest-dependency what it needs keeps its place after all that others may need.
    """
    kept = _named(items, set(plan.get("only", ())))
    bound = [item for item in kept if _needs(item)]
    if bound:
        wanted = set(bound)
        bound = [item for item in items if item in wanted or item.get_closest_marker("dependency")]
    if plan.get("backwards"):
        kept = kept[::-1]
    chosen = set(bound)
    kept = [item for item in kept if item not in chosen] + bound
    again = [clone for _ in range(1, plan.get("times", 1)) for clone in map(_clone, kept) if clone is not None]
    return kept + again


def _named(items, only):
    """Keep the items of some ids; where one is not among them, those of its function: its parameters may vary."""
    gone = only - {item.nodeid for item in items}
    functions = {id_.split("[", 1)[0] for id_ in gone if "[" in id_}
    return [item for item in items if not only or item.nodeid in only or item.nodeid.split("[", 1)[0] in functions]


def _needs(item):
    """Tell whether a test depends on others, and says so."""
    mark = item.get_closest_marker("dependency")
    return mark is not None and bool(mark.kwargs.get("depends"))


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
