"""Ledgers that never were in Ricochet, from CSV or Parquet."""
