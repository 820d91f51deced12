"""Strangers' words, before anybody sees them: one spelling, what is to be known about them, and what is like them.

Nothing here decides what a screen shows: a person does. Only the worst class (`Weight.WORST`) is refused at once.
"""
