"""gatecheck measures a git change and answers the acceptance checklist, each item with evidence."""

__version__ = "0.1.0"
