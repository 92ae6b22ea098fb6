"""Judge red-on-base on honest changes that touch source and tests, as if each had been asked for as a bug fix.

    python benchmarks/red_on_base.py ../repos/pyflakes ../repos/pluggy --last 10

Prints one row a change: how many of its tests are red on the base, or why it fails.
"""

from base_tests_pass import main

from gatecheck.task import Strategy

if __name__ == "__main__":
    main("red-on-base", Strategy.BUG_FIX, __doc__)
