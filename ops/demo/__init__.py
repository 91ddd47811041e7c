"""The demo: five kinds of year that reproduce published figures, in one database, through the ledger's one door."""
