"""People and agreements of a community, as pure rules."""
