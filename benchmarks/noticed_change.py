"""Judge noticed-change on honest changes that touch source and tests, each project in its own environment.

    python benchmarks/noticed_change.py ../repos/pyflakes ../repos/pluggy --last 10

Prints one row a change: what the tests noticed. What they did not is told on stderr.
"""

from base_tests_pass import main

if __name__ == "__main__":
    main("noticed-change", doc=__doc__)
