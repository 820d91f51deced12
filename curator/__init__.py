"""The service people run: accounts, library, moderation, programme, screens, records, and the pages for all of them.

Read `web/app.py` (every part, how it starts and stops) and `web/routes.py` (the whole URL map) first, then follow a
noun: each has one module here for what is decided and stored, and one in `web/` for its pages. `tables.py` is what is
stored.
"""
