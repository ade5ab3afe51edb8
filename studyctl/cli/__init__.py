"""The only Typer: one file a command group, loaded when it is asked for."""
