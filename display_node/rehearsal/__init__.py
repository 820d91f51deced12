"""An activity tried on a simulated screen: the real scene, the real rules, and simulated visitors.

A child process of the service (`__main__`): orders come in as lines, pictures go out. Nothing of it is kept.
"""
