"""What webhooks are told of, and what became of it, in words."""

from curator.webhooks import Event
from curator.words import N_

EVENTS = {
    Event.WAITING: N_("something waits for a decision"),
    Event.DECIDED: N_("something was approved or rejected, or a change was asked for"),
    Event.WITHDRAWN: N_("something was taken off the screens"),
    Event.PUBLISHED: N_("changes to the programme were published"),
    Event.SCREEN: N_("a screen went dark, is back, was blacked out or shown again"),
    Event.TEST: N_("a test"),
}
STATES = {"waiting": N_("waiting"), "arrived": N_("arrived"), "failed": N_("did not arrive")}
BADGES = {"waiting": "wait", "arrived": "good", "failed": "bad"}
PAUSED = {
    "person": N_("Paused by hand."),
    "lasting": N_("Paused: nothing arrived there for half a day."),
    "gone": N_("Paused: it answered that it wants to be told nothing more (410)."),
}
ERRORS = {
    "status": N_("the answer was %(status)s"),
    "name": N_("the name was not found"),
    "forbidden": N_("the name leads into a network that is not called from here"),
    "tls": N_("its certificate does not hold"),
    "connection": N_("no connection"),
    "slow": N_("no answer in time"),
    "answer": N_("the answer could not be read"),
}
