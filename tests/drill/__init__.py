"""Single defects sown into copies of the tree, to see that a test notices each: `make drill`."""
