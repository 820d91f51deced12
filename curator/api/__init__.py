"""The JSON API for people's programs: what the pages do, by the same functions and the same authorisation."""
