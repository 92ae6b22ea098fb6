"""The JSON report: the tool's public API. Its schema: `gatecheck schema report`."""

import msgspec

from gatecheck.report import Report


def render(report: Report) -> str:
    """Give the report as JSON, indented by two; bytes of a path that are no UTF-8 are shown as \\\\xNN."""
    return msgspec.json.format(msgspec.json.encode(presentable(report)), indent=2).decode() + "\n"


def schema() -> str:
    """Give the JSON Schema (2020-12) of the report."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Report)), indent=2).decode() + "\n"


def presentable(report: Report) -> Report:
    """Give the report with every text encodable as UTF-8."""
    return msgspec.convert(_clean(msgspec.to_builtins(report)), Report)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list | tuple) else value
