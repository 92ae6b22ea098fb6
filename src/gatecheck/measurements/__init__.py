"""Measurements: one module each, a frozen dataclass and the function that takes it."""
