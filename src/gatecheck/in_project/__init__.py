"""Programs that run in the checked project's interpreter: nothing but pytest and coverage.py, Python 3.9 on."""
