"""Does a film flash, or show stripes, in a way that can give people seizures? Measured, per cell of the screen.

Screens against published thresholds (ITU-R BT.1702, WCAG 2.3.1, Trace24). It is no medical or regulatory certificate.
"""
