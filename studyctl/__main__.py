"""`python -m studyctl` and the console script: both end here."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line on `sys.argv`; the value is the exit code."""
    from studyctl.wiring.ahead import begin

    begin(sys.argv[1:])

    from studyctl.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
