"""Who pays whom: links, cycles, areas, and set-off."""
