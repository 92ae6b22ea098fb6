"""Where a text stands, and what that means for rules that can be wrong."""

from enum import StrEnum

from gatecheck.globs import matcher
from gatecheck.locks import is_lock
from gatecheck.project import Project

# Read before anything else: these are configuration wherever they lie and whatever their suffix says.
_CONFIGURATION = (
    *("requirements*.txt", "constraints*.txt", "*.env", ".env.*"),
    *("!*.example", "!*.sample", "!*.template", "!*.dist"),
)
_ASIDE = (
    *("docs/", "doc/", "example*/", "*_example*/", "samples/", "tutorials/", "demo/", "README*", "CHANGE*", "HISTORY*"),
    *(
        "*.md",
        "*.rst",
        "*.txt",
        "*.adoc",
        "fixtures/",
        "testdata/",
        "test_data/",
        "cassettes/",
        "__tests__/",
        "__mocks__/",
    ),
    *("*.test.*", "*.spec.*", "*_test.go", "*.example", "*.sample", "*.template", "*.tmpl", "*.dist"),
    *("*.example.*", "*.sample.*", "*-example.*", "*-sample.*"),
)


class Place(StrEnum):
    """How much a plausible password weighs where it stands."""

    SOURCE = "source"  # what runs, and what configures it
    ASIDE = "aside"  # tests, documents, examples, and what no person wrote
    LOCK = "lock"  # hashes, line for line


def place_of(path: str, project: Project) -> Place:
    """Give the place of a path; a commit's message ("") stands aside."""
    if is_lock(path):
        return Place.LOCK
    if not path or project.is_test(path) or project.is_generated(path):
        return Place.ASIDE
    return Place.ASIDE if matcher(_ASIDE)(path) and not matcher(_CONFIGURATION)(path) else Place.SOURCE
