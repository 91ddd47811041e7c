"""The observatory: what currencies do for a territory, for everybody and for the Region; aggregates only, always protected."""
