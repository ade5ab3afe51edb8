"""The only Rich: tables, pages and JSON for what the use cases return."""
