"""The journal as columns: extract, folder of Parquet files, a scene to ask."""
