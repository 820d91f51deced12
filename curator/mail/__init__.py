"""Mail: what the service writes to people, queued in the database, handed to a folder or to a mail server."""
