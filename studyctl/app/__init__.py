"""One use case a file: the steps of a command, with the edges passed in as ports."""
