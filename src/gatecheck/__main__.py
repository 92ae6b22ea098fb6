"""`python -m gatecheck` is `gatecheck`."""

from gatecheck.cli import main

if __name__ == "__main__":
    main()
