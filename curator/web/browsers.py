"""Which family of browsers somebody uses, by what it says of itself. Version, system and machine are not looked at."""

_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Most say they are several; the first that fits is meant."""


def family_of(user_agent: str) -> str:
    """The family's name; "" for one we do not know."""
    return next((name for word, name in _FAMILIES if word in user_agent[:500]), "")
