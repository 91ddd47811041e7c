"""The unit tests of the circulation figures."""
