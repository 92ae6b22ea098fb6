"""What counts of a notebook is what people write in it."""

import json

import pytest

from gatecheck.change import FileChange
from gatecheck.notebooks import written_lines


def notebook(*cells: str, output: str = "") -> bytes:
    """Make a notebook with an output in each cell."""
    made = [
        {"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": [output], "execution_count": output}
        for cell in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4}, indent=1).encode()


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (notebook("a = 1\nb = 2"), notebook("a = 1\nb = 2", output="x" * 9000), 0),
        (notebook("a = 1"), notebook("a = 1", "b = 2\nc = 3"), 2),
        (notebook("a = 1\nb = 2"), notebook("a = 1\nb = 3"), 2),
        (None, notebook("a = 1\nb = 2"), 2),
        (notebook("a = 1"), b"{broken", None),
        (notebook("a = 1"), b'{"cells": [1]}', None),
        (b"[" * 100_000, notebook("a = 1"), None),
    ],
    ids=["run again", "new cell", "edited line", "new notebook", "broken", "no cells", "nested"],
)
def test_lines_that_people_write_in_cells_count(before: bytes | None, after: bytes, lines: int | None) -> None:
    """Outputs and counts do not; what is no notebook is counted like any other file."""
    assert written_lines(FileChange("work.ipynb", before=before, after=after)) == lines


def test_another_file_is_no_notebook() -> None:
    """Whatever it holds."""
    assert written_lines(FileChange("work.json", before=b"", after=notebook("a = 1"))) is None
