"""The half of a screen that talks: it keeps what may be shown on disk, tells the player when, and reports back.

Read in this order: `agent` (the parts and how they meet), `acceptance` (which manifests are believed), `slots` and
`cues` (what is on when), `cache` and `downloads` (the files), `journal` (what was really shown). It draws nothing.
"""
