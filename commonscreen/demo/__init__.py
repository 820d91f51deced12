"""A demo town: a service, a screen, people and pictures, drawn here and put through the real line."""
