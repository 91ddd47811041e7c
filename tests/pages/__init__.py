"""Pages, asked without a browser: who may see what, forms and their tokens, words, files."""
