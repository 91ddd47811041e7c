"""Speed, as ratios of figures from one run: `make bench`."""
