"""The economy around a currency: input-output tables, footprints, substitution, bases."""
