"""`python -m commonscreen`: the same as the `commonscreen` command."""

from commonscreen.cli import main

main(prog_name="commonscreen")
