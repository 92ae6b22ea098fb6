"""Judge repeatable-tests on honest changes that touch source and tests, each project in its own environment.

    python benchmarks/repeatable_tests.py ../repos/pyflakes ../repos/pluggy --last 10

Prints one row a change: how many new and edited tests hold; on stderr, what does not.
"""

from base_tests_pass import main

if __name__ == "__main__":
    main("repeatable-tests", doc=__doc__)
