"""How much money there is, how fast it turns and how long it is held."""
