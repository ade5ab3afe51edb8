"""`study.db`: the only SQL. Writing goes through SQLModel, reading through views and the standard library."""
