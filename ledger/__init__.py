"""The domain of Ricochet: books, rules and the journal. Knows no HTTP, no terminal, no template."""
