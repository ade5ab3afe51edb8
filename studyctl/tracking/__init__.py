"""The only place that knows MLflow: its store, the live mirror of a run, its UI."""
