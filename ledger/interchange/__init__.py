"""The files of the world, in and out."""
