"""The store, on SQLAlchemy Core: the only SQL that writes."""
