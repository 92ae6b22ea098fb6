"""JSON Schemas (2020-12) of what gatecheck reads and writes, made from the types themselves."""

import msgspec

from gatecheck.policy import Policy
from gatecheck.report import Report
from gatecheck.task import Task

_TYPES = {"report": Report, "policy": Policy, "task": Task}


def schema_of(what: str) -> str:
    """Give the schema of "report", "policy" or "task" as indented JSON."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(_TYPES[what])}
    return msgspec.json.format(msgspec.json.encode(described), indent=2).decode() + "\n"
