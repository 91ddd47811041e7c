"""Who takes part, and how mutual and time credit fare."""
