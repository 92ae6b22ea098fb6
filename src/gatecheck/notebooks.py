"""Notebooks: what a person writes in them is the text of their cells; running them again writes all the rest.

The form is that of Jupyter's nbformat 4 ("The Notebook file format"), in which a text is a string or a list of lines.
"""

import difflib
import json

from gatecheck.change import FileChange

_MOST_LINES = 20_000  # of both sides, to compare; a notebook with more is counted like any other file


def written_lines(file: FileChange) -> int | None:
    """Count the lines added to and removed from the cells of a notebook; None where it cannot be read as one.

    What a run writes, outputs, counts and metadata, is left out.
    """
    if not file.path.endswith(".ipynb") or file.unread:
        return None
    before, after = (_texts(side) if side else [] for side in (file.before, file.after))
    if before is None or after is None or len(before) + len(after) > _MOST_LINES:
        return None
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return len(before) + len(after) - 2 * sum(block.size for block in blocks)


def _texts(source: bytes) -> list[str] | None:
    try:
        cells = json.loads(source)["cells"]
        texts = [(str(cell["cell_type"]), cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    joined = ((kind, "".join(text) if isinstance(text, list) else str(text)) for kind, text in texts)
    return [f"{kind} {line}" for kind, text in joined for line in text.split("\n")]
