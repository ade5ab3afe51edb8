"""Note files: finding them, reading their bytes, and writing only what was asked for."""
