"""What stands for whoever voted: a hash of chance and the activity, of no use to find anybody. Pure."""

import hashlib


def voter_of(token: str, activity: str) -> str:
    """What stands for a pass in what is kept of one activity: another one in each, and of no use to find the pass."""
    return hashlib.sha256(f"vote\0{activity}\0{token}".encode()).hexdigest()


def voter_at(screen: str, voter: str) -> str:
    """What stands at the service for a voter that a screen tells of: no screen can touch the votes of another."""
    return hashlib.sha256(f"vote at\0{screen}\0{voter}".encode()).hexdigest()
