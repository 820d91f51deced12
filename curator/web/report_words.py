"""What is said about street reports: to whoever brought one, to those who answer, and on the screen."""

from curator.webhook_words import ERRORS
from curator.words import N_

REPORT_STATES = {
    "received": N_("Received"),
    "looked_at": N_("Looked at"),
    "planned": N_("Planned"),
    "done": N_("Done"),
    "not_done": N_("Not done"),
    "withdrawn": N_("Taken back"),
}
HANDOVER_ERRORS = ERRORS | {
    "token": N_("it was taken, and has no name there yet"),
    "restored": N_("everything was restored from a backup: it may have arrived before"),
}
REPORT_KINDS = {"report": N_("Something is wrong"), "suggestion": N_("An idea")}
REPORT_REFUSALS = {
    "closed": N_("Nothing can be reported at this screen just now."),
    "full": N_("So many reports came that no more can be taken just now. Yours was not kept. Try again in a while."),
    "category": N_("Choose what it is about."),
    "empty": N_("Say in a few words what it is, or add a photo."),
    "long": N_("That is too long. Say it in fewer words."),
    "waiting": N_("You have handed in three reports. Scan the code again later for another."),
    "photo_kind": N_("This photo cannot be read here. Nothing was kept: choose another, or send the report without."),
    "photo_size": N_("This photo is too large. Nothing was kept: choose another, or send the report without."),
    "photo_busy": N_("Other photos are being read. Nothing was kept: try again, or send the report without one."),
    "photo_full": N_("No more photos can be kept just now. Send the report without one."),
}
"""Why a report was not taken, by `why`."""
