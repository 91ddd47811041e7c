"""`ricochet-wallet`: the member's wallet."""

from __future__ import annotations

import sys

from wallet_cli.program import app, run
from wallet_cli.world import World

__all__ = ["app", "main"]


def main() -> None:
    """Run the command that the arguments name; end with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a name that this terminal cannot show must not stop a payment
    sys.exit(run(sys.argv[1:], World()))


if __name__ == "__main__":
    main()
