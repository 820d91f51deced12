"""The policy in sentences, in the reader's language: what is published is what is enforced."""

from curator.policy import Policy
from curator.policy_needs import Need
from curator.statements import PEOPLE
from curator.trust import NAMES
from curator.words import LANGUAGE, N_, _, ngettext

KIND_NAMES = {
    "film": N_("it is a film"), "still": N_("it is a picture"), "captions": N_("it is captions"),
    "mend": N_("it was mended"), "external": N_("somebody without an account handed it in"),
}  # fmt: skip


def sentences(chosen: Policy) -> list[str]:
    """Everything the policy asks for, a sentence for each rule."""
    return [
        *(told(need, chosen.zone) for need in chosen.needs),
        ngettext(
            "A group is known after %(num)s approval, unless a moderator says what it is.",
            "A group is known after %(num)s approvals, unless a moderator says what it is.",
            chosen.known_after,
        ),
    ]


def told(need: Need, zone: str) -> str:
    """One rule as a sentence."""
    asked = []
    if need.persons == 2:
        asked.append(_("two people have to agree"))
    if need.by == "administrator":
        asked.append(_("an administrator has to agree"))
    if need.is_blurred:
        asked.append(_("moderators see it blurred until they ask to see it"))
    what, when = _(" and ").join(asked), _conditions(need, zone)
    what = what[:1].upper() + what[1:]
    return _("%(what)s, if %(when)s.", what=what, when=_(" and ").join(when)) if when else f"{what}."


def changes(old: Policy, new: Policy) -> tuple[list[str], list[str]]:
    """What a policy says that the one before did not, and what it says no more."""
    before, after = _everything(old), _everything(new)
    return [one for one in after if one not in before], [one for one in before if one not in after]


def _everything(chosen: Policy) -> list[str]:
    reasons = [one.told(LANGUAGE.get()) for one in chosen.reasons.values() if not one.retired]
    return [
        *sentences(chosen),
        *(_("Reason “%(name)s”: %(means)s", name=one.name, means=one.means) for one in reasons),
        *(f"{code}: {choice}" for code, choice in chosen.findings.items()),
    ]


def _conditions(need: Need, zone: str) -> list[str]:
    either = _(" or ")
    found = []
    if need.trust:
        names = either.join(_(words) for code, words in NAMES.items() if code in need.trust)
        found.append(_("its group is %(trust)s", trust=names))
    if need.kinds:
        found.append(either.join(_(words) for code, words in KIND_NAMES.items() if code in need.kinds))
    if need.people:
        names = either.join(_(words) for code, words in PEOPLE.items() if code in need.people)
        found.append(_("the group says of the people shown: %(people)s", people=names))
    if need.screens:
        names = either.join(f"“{tag}”" for tag in sorted(need.screens))
        found.append(_("it is for a screen marked %(tags)s", tags=names))
    if need.findings:
        found.append(_("preparation noticed %(findings)s", findings=either.join(sorted(need.findings))))
    if need.hours:
        begins, ends = (f"{minute // 60:02}:{minute % 60:02}" for minute in need.hours)
        found.append(
            _("it is decided from %(begins)s to %(until)s (%(zone)s)", zone=zone, until=ends, **{"from": begins})
        )
    return found
