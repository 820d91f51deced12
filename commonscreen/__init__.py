"""The `commonscreen` command, and the demo town that shows the whole line working on one machine."""
