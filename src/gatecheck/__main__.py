"""`python -m gatecheck` is `gatecheck`."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the working folder, which `-m` puts first: nothing may be imported from the checked tree

    from gatecheck.cli import main

    main()
