"""What visitors' colours and animals are called."""

from kiosks.phone.words import N_

COLOURS = {
    "coral": N_("Coral"), "amber": N_("Amber"), "lime": N_("Lime"), "green": N_("Green"), "teal": N_("Teal"),
    "sky": N_("Sky-blue"), "blue": N_("Blue"), "violet": N_("Violet"), "plum": N_("Plum"), "rose": N_("Rose"),
    "sand": N_("Sand"), "silver": N_("Silver"),
}  # fmt: skip
ANIMALS = {
    "badger": N_("badger"), "bat": N_("bat"), "bear": N_("bear"), "crane": N_("crane"), "deer": N_("deer"),
    "dolphin": N_("dolphin"), "fox": N_("fox"), "frog": N_("frog"), "goose": N_("goose"), "hare": N_("hare"),
    "hedgehog": N_("hedgehog"), "heron": N_("heron"), "horse": N_("horse"), "kingfisher": N_("kingfisher"),
    "lark": N_("lark"), "lynx": N_("lynx"), "mole": N_("mole"), "moth": N_("moth"), "otter": N_("otter"),
    "owl": N_("owl"), "robin": N_("robin"), "seal": N_("seal"), "swan": N_("swan"), "turtle": N_("turtle"),
}  # fmt: skip
