"""Island mode: a screen without the service serves the phones' page and socket itself, on its own network.

A process of its own. It holds no key and no token, reads no file of the screen's, and speaks to the agent over one
local socket; when it is killed or flooded, agent and picture go on.
"""
