"""The screen: an agent that talks to the service, and a player that draws. Two processes; each outlives the other.

`messages` is the whole contract between them. `agent` has network, cache and clock; `player` has window, picture and
sound and opens no network connection. Nothing here imports `curator`.
"""
