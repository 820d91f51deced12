"""Mends in the reader's language: what is done, and what is offered."""

from content.media.mend_words import span_words
from content.media.mends import BLUR, STRENGTHS, Crop, Cut, Dim, Mend, Offer, Quieten, Span, Surround, Volume
from curator.words import _


def told_mend(mend: Mend) -> str:
    """What the mend does: “Dim 0:41-0:44”."""
    match mend:
        case Dim(start_ms, end_ms, strength):
            dimmed = _told_dim([(start_ms, end_ms)])
            strong = _("(strength %(strength)s of %(most)s)", strength=strength, most=STRENGTHS)
            return f"{dimmed} {strong}" if strength else dimmed
        case Cut(start_ms, end_ms):
            return _told_cut([(start_ms, end_ms)])
        case Quieten(start_ms, end_ms, by_db):
            return _("Make %(parts)s quieter by %(by)s dB", parts=span_words(start_ms, end_ms), by=by_db)
        case Volume(by_db):
            return _("Make all of the sound quieter by %(by)s dB", by=by_db)
        case Crop():
            return _told_crop(mend)
        case Surround(ground):
            if ground == BLUR:
                return _("Fill the screen around the picture with the picture itself, blurred")
            return _("Fill the screen around the picture with the colour %(colour)s", colour=ground)


def told_offer(offer: Offer) -> str:
    """What is offered, short enough for a button."""
    if offer.answers == "black_bars":
        return _("Take the black bars away")
    if offer.answers in {"extreme_shape", "panorama"} and any(isinstance(mend, Crop) for mend in offer.mends):
        return _("Show only the middle of it")
    dims = [(mend.start_ms, mend.end_ms) for mend in offer.mends if isinstance(mend, Dim)]
    cuts = [(mend.start_ms, mend.end_ms) for mend in offer.mends if isinstance(mend, Cut)]
    if len(dims) == len(offer.mends):
        return _told_dim(dims)
    if len(cuts) == len(offer.mends):
        return _told_cut(cuts)
    return " · ".join(told_mend(mend) for mend in offer.mends)


def _told_dim(spans: list[Span]) -> str:
    return _("Dim %(parts)s", parts=_parts(spans))


def _told_cut(spans: list[Span]) -> str:
    return _("Cut out %(parts)s", parts=_parts(spans))


def _parts(spans: list[Span]) -> str:
    return ", ".join(span_words(start_ms, end_ms) for start_ms, end_ms in spans)


def _told_crop(crop: Crop) -> str:
    return _(
        "Show a part of the picture: %(width)s %% of its width, %(height)s %% of its height",
        width=round(crop.width_bp / 100), height=round(crop.height_bp / 100),
    )  # fmt: skip
