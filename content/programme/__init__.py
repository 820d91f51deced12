"""What is on a screen at a given instant, and why: the programme engine, L1.

Read in this order: `plan` (what goes in), `quota` (how a segment's time is divided), `ledger` (who is owed what),
`rotation` (who plays next), `house` (what fills the rest), `engine` (the questions one can ask). `explain`, `digest`
and `cli` stand on those. Whole numbers only; no clock, no chance, no files, no zone, no language decides anything here.
The specification, from which a second engine can be written, is `docs/programme-engine.md`.
"""
