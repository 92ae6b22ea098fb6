"""The JSON report: the tool's public API. Its schema: `gatecheck schema report`."""

import re

import msgspec

from gatecheck.report import Report
from gatecheck.typeset import escaped

_SURROGATE = re.compile("[\ud800-\udfff]")  # a byte that is no UTF-8, or half a character from an escape in source
_LOG_COMMAND = re.compile(r"##(?=\w*\[)")  # what CI systems execute wherever it is printed (see typeset.py)


def render(report: Report) -> str:
    r"""Give the report as JSON, indented by two; bytes of a path that are no UTF-8 are shown as \xNN."""
    text = msgspec.json.format(msgspec.json.encode(presentable(report)), indent=2).decode()
    return _LOG_COMMAND.sub(r"\\u0023#", text) + "\n"


def presentable(report: Report) -> Report:
    """Give the report with every text encodable as UTF-8."""
    return msgspec.convert(_clean(msgspec.to_builtins(report)), Report)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return _SURROGATE.sub(lambda found: escaped(found[0]), value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list | tuple) else value
