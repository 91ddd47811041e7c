"""The commands of the wallet, a file for each topic."""
