"""What is said about strangers' answers: to whoever wrote one, and to the moderator who reads it."""

from curator.words import N_

ANSWER_REASONS = {
    "other": N_("It is not for this screen."),
    "person": N_("It is about a person who can be recognised."),
    "hurts": N_("It hurts somebody."),
    "off_topic": N_("It does not answer the question."),
    "selling": N_("It sells something, or leads elsewhere."),
    "again": N_("Somebody wrote the same before."),
}
FINDING_WORDS = {
    "hatred": N_("against a group of people"), "violence": N_("violence"), "need": N_("somebody may need help"),
    "swearing": N_("swearing"), "sex": N_("sexual"), "selling": N_("selling"), "link": N_("an address"),
    "phone": N_("a telephone number"), "handle": N_("an account name"), "alphabets": N_("letters of two alphabets"),
    "shouting": N_("all in capitals"), "empty": N_("no words"), "alike": N_("nearly the same as"),
}  # fmt: skip
PHONE_WORDS = {
    "written": N_("Handed in. A person reads it before it goes to the screen."),
    "noted": N_("Look at the star: your note sounds in the round."),
    "taken_back": N_("Taken back. Nobody has it any more."),
    "reported": N_("Reported. When several people report it, it goes at once until a person has looked."),
    "not_closed": N_("Answers are closed just now. Yours was not kept."),
    "not_words": N_("These words are never shown here. Yours was not kept. Say it in another way."),
    "not_empty": N_("There is nothing to read, or it is too long. Yours was not kept."),
    "not_waiting": N_("Three of your answers wait already. When one is read you can write again."),
}
"""What a phone without a script is told, by `said`."""
