"""Circulation: what the journal says about a currency. Pure reading: nothing here can change a ledger."""
