"""The only place that builds the edges: which reader, which ledger, which note files a use case gets.

One module for each thing that a command asks for. Everything is imported inside the function that builds it, so that a
command loads only what it uses.
"""
