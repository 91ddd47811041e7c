"""The tests, and the PostgreSQL they run on."""
