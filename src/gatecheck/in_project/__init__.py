"""Programs that run in the checked project's interpreter: standard library, pytest and coverage.py only, Python 3.9 on."""
