"""The operator's commands that touch people; the rest of `ricochet` is `ledger.cli`."""
