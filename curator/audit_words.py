"""The audit log told in words: what was done, by whom, to what, each by its name. Reads only."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from curator.audit import AuditRow
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import (
    accounts,
    booking_items,
    bookings,
    dayparts,
    groups,
    invitations,
    items,
    rules,
    screen_groups,
    screens,
    sites,
    versions,
)
from curator.words import N_, _

SENTENCES = {
    "account.create": N_("made the account"),
    "account.grant": N_("gave a role to"),
    "account.take": N_("took a role from"),
    "account.disable": N_("closed the account of"),
    "account.enable": N_("opened again the account of"),
    "account.password": N_("set a new password for"),
    "invitation.make": N_("invited"),
    "invitation.accept": N_("accepted the invitation of"),
    "invitation.revoke": N_("took back the invitation of"),
    "account.forgot": N_("sent a link for a new password to"),
    "account.second_on": N_("switched on the second step of"),
    "account.second_off": N_("switched off the second step of"),
    "account.recovery_code": N_("used a recovery code of"),
    "identity.link": N_("linked a sign-in with an identity provider to"),
    "identity.unlink": N_("ended a link with an identity provider of"),
    "newcomer.turn_away": N_("turned away somebody who waited:"),
    "passkey.add": N_("added a passkey for"),
    "passkey.remove": N_("removed a passkey of"),
    "passkey.remove_all": N_("removed every passkey of"),
    "passkey.stop": N_("stopped a passkey, as there may be a copy, of"),
    "account.erase_ask": N_("asked to have erased the account of"),
    "account.erase_keep": N_("no longer asks to have erased the account of"),
    "account.erase": N_("erased the account of"),
    "account.export": N_("had a file made of what is kept about"),
    "session.open": N_("signed in as"),
    "session.end": N_("signed out in one place"),
    "session.end_all": N_("signed out everywhere"),
    "token.make": N_("made an API token for"),
    "token.revoke": N_("revoked an API token of"),
    "webhook.make": N_("made a webhook for"),
    "webhook.pause": N_("paused a webhook of"),
    "webhook.go_on": N_("had told again of what happens a webhook of"),
    "webhook.remove": N_("removed a webhook of"),
    "group.create": N_("made the group"),
    "group.change": N_("changed the group"),
    "group.trust": N_("said how far to trust the group"),
    "town.say": N_("said what the town is called and how to reach it"),
    "policy.change": N_("put in force the policy"),
    "item.create": N_("made the item"),
    "item.words": N_("changed the words of"),
    "item.words_allow": N_("allowed the new words of"),
    "item.words_back": N_("put the old words back for"),
    "item.withdraw": N_("withdrew"),
    "item.late": N_("noted screens that had not taken off after a minute"),
    "item.off_screens": N_("noted that every screen has taken off"),
    "variant.create": N_("added a variant to"),
    "variant.change": N_("changed a variant of"),
    "variant.remove": N_("removed a variant of"),
    "version.upload": N_("uploaded a version of"),
    "version.hand_in": N_("took in, with an upload ticket, a version of"),
    "ticket.make": N_("made an upload ticket for"),
    "ticket.revoke": N_("took back an upload ticket of"),
    "version.mend": N_("had a version mended of"),
    "version.submit": N_("submitted a mended version of"),
    "version.ready": N_("prepared a version of"),
    "version.refused": N_("could not prepare a version of"),
    "version.stop": N_("stopped the preparation of a version of"),
    "version.repeat": N_("had the preparation tried again of a version of"),
    "version.hasten": N_("had prepared before others a version of"),
    "version.clean": N_("removed the old files of a version of"),
    "version.approve": N_("approved a version of"),
    "version.ask": N_("asked for a change of a version of"),
    "version.answer": N_("answered, to a change that was asked for, about a version of"),
    "version.pass_on": N_("passed on the decision about a version of"),
    "version.put_back": N_("put back into the queue a version of"),
    "version.widen": N_("approved for more screens a version of"),
    "version.agree": N_("agreed, as the first of two, to a version of"),
    "version.appeal": N_("appealed against the rejection of a version of"),
    "version.reject": N_("rejected a version of"),
    "captions.add": N_("added captions to a version of"),
    "captions.remove": N_("removed captions of a version of"),
    "captions.agree": N_("agreed, as the first of two, to captions of a version of"),
    "captions.approve": N_("approved captions of a version of"),
    "captions.reject": N_("rejected captions of a version of"),
    "screen.create": N_("added the screen"),
    "screen.change": N_("changed the screen"),
    "screen.dark": N_("blacked out"),
    "screen.back": N_("ended the black-out of"),
    "screen.retire": N_("took down the screen"),
    "node.pair": N_("paired a node with"),
    "node.revoke": N_("unpaired the node of"),
    "pairing.accept": N_("let a node have the screen"),
    "pairing.deny": N_("turned a node away:"),
    "booking.make": N_("booked a time for"),
    "week.keep": N_("kept the week"),
    "week.remove": N_("removed the kept week"),
    "booking.change": N_("changed a booking of"),
    "booking.moved": N_("moved, as the rules of time zones changed, a booking of"),
    "booking.cancel": N_("cancelled a booking of"),
    "daypart.put": N_("stored the daypart"),
    "daypart.remove": N_("removed the daypart"),
    "rule.put": N_("stored the rule"),
    "rule.end": N_("ended the rule"),
    "site.put": N_("stored the site"),
    "site.remove": N_("removed the site"),
    "screen_group.put": N_("stored the screen group"),
    "screen_group.remove": N_("removed the screen group"),
    "item.showing": N_("changed where and when to show"),
    "order.arrange": N_("changed the running order of"),
    "order.take_in": N_("put into the running order:"),
    "order.transition": N_("chose how items come on, for"),
    "order.leave_out": N_("took out of the running order:"),
    "air_time.set": N_("shared the air time of"),
    "air_time.remove": N_("took a group from the air time of"),
    "programme.publish": N_("published changes as revision"),
    "promise.put": N_("promised a longest wait on"),
    "live_order.takeover": N_("put an item over the programme:"),
    "live_order.alert": N_("showed an alert:"),
    "live_order.choice": N_("put on what passers-by chose:"),
    "live_order.end": N_("ended what was over the programme:"),
    "ticker.make": N_("wrote the ticker"),
    "ticker.approve": N_("approved the ticker"),
    "ticker.reject": N_("turned down the ticker"),
    "ticker.withdraw": N_("took off the screens the ticker"),
    "activity.make": N_("made the activity"),
    "activity.draft": N_("began a draft of the activity"),
    "activity.change": N_("changed the draft of the activity"),
    "activity.hand_in": N_("handed in the activity"),
    "activity.discard": N_("threw away the draft of the activity"),
    "activity.approve": N_("approved the activity"),
    "activity.reject": N_("turned down the activity"),
    "activity.withdraw": N_("took off the screens the activity"),
    "ballot.count": N_("counted what passers-by chose in the activity"),
    "answer.approve": N_("approved the answer"),
    "answer.reject": N_("turned down the answer"),
    "answer.remove": N_("erased the answer"),
    "report_category.put": N_("stored the category of street reports"),
    "report_category.allow": N_("let screens use the names of the category of street reports"),
    "report_category.end": N_("removed the category of street reports"),
    "report.decide": N_("said what becomes of the street report"),
    "report.allow": N_("made public what the council says of the street report"),
    "report.told": N_("took over what the council's own system says of the street report"),
    "open311.put": N_("said where street reports are handed on to, for"),
    "open311.remove": N_("had street reports handed on no more, for"),
    "open311.again": N_("had street reports handed on again at once, for"),
    "report.erase": N_("erased the street report"),
    "free_text.allow": N_("allowed passers-by to write at the screen"),
    "free_text.forbid": N_("forbade passers-by to write at the screen"),
    "activity.answer": N_("answered the result of the activity"),
    "backup.restore": N_("restored everything from a backup:"),
}
"""What each action reads as, between the name of who did it and the name of what it was done to."""

LONGEST_DETAIL = 300
MOST_SUBJECTS = 500
_NAMED = (
    ("account", accounts, accounts.c.name),
    ("account", accounts, accounts.c.email),
    ("group", groups, groups.c.name),
    ("screen", screens, screens.c.name),
    ("item", items, items.c.title),
)


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One row for people. `address` is where the subject can be seen, "" where it cannot."""

    row: AuditRow
    who: str
    did: str
    what: str
    address: str
    detail: str


def tell(connection: Connection, rows: list[AuditRow]) -> list[ToldRow]:
    """The rows in words, in the reader's language; what has no name any more is told by its id."""
    names = _names(connection, rows)
    return [_told(row, names) for row in rows]


def subjects_like(connection: Connection, words: str) -> list[str]:
    """The subjects that `words` may mean: one written out (`item:4kq…`), or everything whose name holds the words."""
    if ":" in words and " " not in words:
        return [words]
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found = []
    for kind, table, column in _NAMED:
        query = sa.select(table.c.id).where(column.ilike(pattern, escape="\\")).limit(MOST_SUBJECTS)
        found += [f"{kind}:{row.id}" for row in connection.execute(query)]
    of_items = [subject.partition(":")[2] for subject in found if subject.startswith("item:")]
    query = sa.select(versions.c.id).where(versions.c.item_id.in_(of_items)).limit(MOST_SUBJECTS)
    return [*found, *(f"version:{row.id}" for row in connection.execute(query))]


def _names(connection: Connection, rows: list[AuditRow]) -> dict[str, tuple[str, str]]:
    """Name and address of every subject and person in the rows, by `kind:id`."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        kind, _colon, subject_id = row.subject.partition(":")
        wanted.setdefault(kind, set()).add(subject_id)
        wanted.setdefault("account", set()).add(row.account_id or "")
    queries = {
        "account": sa.select(accounts.c.id, accounts.c.name, accounts.c.id.label("way")),
        "group": sa.select(groups.c.id, groups.c.name, groups.c.slug.label("way")),
        "item": sa.select(items.c.id, items.c.title.label("name"), items.c.id.label("way")),
        "screen": sa.select(screens.c.id, screens.c.name, screens.c.slug.label("way")),
        "invitation": sa.select(invitations.c.id, invitations.c.email.label("name"), invitations.c.id.label("way")),
        "version": sa.select(versions.c.id, items.c.title.label("name"), items.c.id.label("way")).join(
            items, versions.c.item_id == items.c.id
        ),
    }
    queries |= {
        kind: sa.select(table.c.id, table.c.name, table.c.id.label("way"))
        for kind, table in (("daypart", dayparts), ("rule", rules), ("site", sites), ("screen_group", screen_groups))
    }
    queries["booking"] = (
        sa.select(bookings.c.id, items.c.title.label("name"), items.c.id.label("way"))
        .join(booking_items, sa.and_(booking_items.c.booking_id == bookings.c.id, booking_items.c.position == 0))
        .join(items, booking_items.c.item_id == items.c.id)
    )
    addresses = {
        "account": "/people?account={0}#account-{0}", "invitation": "/people#invitations",
        "group": "/library/{}", "item": "/items/{}", "screen": "/screens/{}",
        "version": "/items/{}", "booking": "/items/{}",
        "daypart": "/programme/dayparts", "rule": "/programme/rules", "site": "/programme/sites",
        "screen_group": "/programme/screen-groups",
    }  # fmt: skip
    names = {}
    for kind, query in queries.items():
        key = query.selected_columns[0]
        for found in connection.execute(query.where(key.in_(sorted(wanted.get(kind, ()))))):
            names[f"{kind}:{found[0]}"] = (str(found[1]), addresses[kind].format(found[2]))
        if kind == "account":
            names |= {key: (name_of(""), "") for key, (name, _address) in names.items() if not name}
    return names


def _told(row: AuditRow, names: dict[str, tuple[str, str]]) -> ToldRow:
    what, address = names.get(row.subject, (row.subject, ""))
    who = names.get(f"account:{row.account_id}", (row.account_id or "", ""))[0] if row.account_id else _("The service")
    did = _(SENTENCES[row.action]) if row.action in SENTENCES else row.action
    return ToldRow(row=row, who=who, did=did, what=what, address=address, detail=_detail(row.detail))


def _detail(words: str) -> str:
    """The row's JSON as `name: value` pairs; as it stands when it is not the JSON we wrote."""
    try:
        found = json.loads(words or "{}")
    except ValueError:
        return words[:LONGEST_DETAIL]
    if not isinstance(found, dict):
        return words[:LONGEST_DETAIL]
    return ", ".join(f"{name}: {value}" for name, value in found.items() if value != "" and value is not None)[
        :LONGEST_DETAIL
    ]
