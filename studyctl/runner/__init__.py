"""Experiments: found without being executed, run with their provenance, and ended in a known state."""
