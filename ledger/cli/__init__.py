"""The operator's commands, by what they are about. `ledger.__main__` puts them together."""
