"""Reports: one module a format, each a function from the frozen report value to text."""
