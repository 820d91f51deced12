"""What a screen says about itself while it has no programme to show. Pure."""

from display_node.agent.answers import PairingOffer
from display_node.agent.identity import Identity
from display_node.messages import Standby
from display_node.words import _, language


def standby(identity: Identity, offer: PairingOffer | None, files: tuple[int, int] | None) -> Standby:
    """The picture for this moment: a pairing code, how far the files are, or why there is nothing.

    `files` is how many files the programme on its way needs and how many are here; None once there is a programme.
    """
    if identity.is_revoked:
        return _plain(
            identity,
            _("This screen is out of service"),
            _("Its connection to the town's service was ended."),
            _("A technician can connect it again."),
        )
    if identity.is_paired:
        return _plain(identity, identity.screen_name or _("This screen is connected"), *_progress(files))
    if offer is None:
        return _plain(
            identity,
            _("Looking for the service"),
            _("This screen looks for {address}.").format(address=identity.curator)[:300],
            _("If this stays, check the network cable or the Wi-Fi."),
        )
    return Standby(
        _("Connect this screen"),
        (_("Open this address, sign in, and enter the code."),),
        code=offer.user_code,
        url=offer.verification_uri,
        language=language(),
    )


def _progress(files: tuple[int, int] | None) -> tuple[str, ...]:
    if files is None:
        return ()
    wanted, held = files
    if not wanted:
        return (_("Connected. There is no programme for this screen yet."),)
    return (_("The programme is on its way: {held} of {wanted} files are here.").format(held=held, wanted=wanted),)


def _plain(identity: Identity, heading: str, *lines: str) -> Standby:
    return Standby(heading[:200], lines, language=language(), screen_name=identity.screen_name)
