"""What goes around the program: how it is deployed, and how it is shown."""
