"""What is shown and when. No web, no database, no screen; imports nothing of ours.

Read in this order: `manifest` (what a screen holds and shows), `programme` (what is on at an instant), `approval`
(what a person allowed), `media` (how an upload becomes house media). `clock`, `canonical`, `reading`, `signing`,
`files` and `language` are the small tools the others stand on. Everything but `media` is light enough for a
screen's computer.
"""
