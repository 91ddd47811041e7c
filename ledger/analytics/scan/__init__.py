"""Each unit of money followed once: the kernel, its state, and what is read from it."""
