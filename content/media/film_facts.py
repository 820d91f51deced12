"""What a film is, from its head and its first pictures, and whether we take one like it."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from content.media.boxes import dolby_vision_profile, is_encrypted
from content.media.colours import HLG, PQ, bits, is_hdr
from content.media.facts import MediaFacts, SoundTrack
from content.media.film import Projector, clockwise, has_codec, main_picture, open_film, pixel_shape, stated_length_us
from content.media.identify import Found
from content.media.limits import Limits
from content.media.reasons import Reason, Refused

_LOOKED_AT = 8
_DOLBY_WITHOUT_BASE = 5
_WIDE = Fraction(12, 5)
_SOFT_SIDE = 480
_SHORT_MS = 3_000
_NOT_A_RATE = 1_000
"""Formats without a rate give that of their clock: a thousand or more."""


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """What rendering needs to know about a film."""

    rotation: int
    pixel_shape: Fraction
    interlaced: bool
    start_us: int
    """The time of the first picture on the film's own clock."""
    stated_us: int


def inspect_film(source: Path, found: Found, limits: Limits) -> tuple[MediaFacts, FilmPlan, list[Reason]]:
    """The facts, how to render it, and warnings. Raises Refused."""
    if found.reader == "mov" and is_encrypted(source):
        raise Refused("encrypted")
    if found.reader == "mov" and dolby_vision_profile(source) == _DOLBY_WITHOUT_BASE:
        raise Refused("dolby_vision")
    with open_film(source, found.reader) as container:
        _refuse_tracks(container, limits)
        stream = main_picture(container)
        _refuse_size(stream.codec_context.width, stream.codec_context.height, limits)
        stated_us = stated_length_us(container, stream)
        if stated_us > limits.video_most_ms * 1_000:
            raise Refused("too_long", most_s=limits.video_most_ms // 1_000)
        projector = Projector(container, stream, threads=limits.threads, most_errors=limits.decode_errors)
        frames = [shot.frame for shot in islice(projector.shots(), _LOOKED_AT)]
        if not frames:
            raise Refused("unreadable")
        plan = FilmPlan(
            rotation=clockwise(frames[0]),
            pixel_shape=pixel_shape(stream),
            interlaced=any(frame.interlaced_frame for frame in frames),
            start_us=projector.first_pts_us or 0,
            stated_us=stated_us,
        )
        facts = _facts(container, stream, frames[0], plan, found, source)
    _refuse_size(facts.width, facts.height, limits)
    _refuse_shown(facts, limits)
    return facts, plan, _warnings(facts, frames[0])


def _facts(
    container: InputContainer, stream: VideoStream, frame: VideoFrame, plan: FilmPlan, found: Found, source: Path
) -> MediaFacts:
    shown = (max(1, round(frame.width * plan.pixel_shape)), frame.height)
    if plan.rotation in {90, 270}:
        shown = shown[1], shown[0]
    rate = stream.average_rate or stream.guessed_rate or Fraction(0)
    tracks = tuple(
        SoundTrack(track.codec_context.name, track.codec_context.channels, track.codec_context.sample_rate)
        for track in container.streams.audio
        if has_codec(track)
    )
    return MediaFacts(
        kind="video",
        container=found.name,
        video_codec=stream.codec_context.name,
        pixel_format=frame.format.name,
        width=frame.width,
        height=frame.height,
        shown_width=shown[0],
        shown_height=shown[1],
        rotation=plan.rotation,
        fps_num=rate.numerator,
        fps_den=max(1, rate.denominator),
        duration_ms=(plan.stated_us + 500) // 1_000,
        frames=max(0, stream.frames),
        has_sound=bool(tracks),
        sound=tracks,
        captions=tuple(track.codec_context.name for track in container.streams.subtitles if has_codec(track)),
        interlaced=plan.interlaced,
        high_dynamic_range=is_hdr(frame),
        loudness_clufs=0,
        size_bytes=source.stat().st_size,
    )


def _refuse_tracks(container: InputContainer, limits: Limits) -> None:
    streams = container.streams
    if (
        len(streams) > limits.all_streams
        or len(streams.video) > limits.video_streams
        or len(streams.audio) > limits.sound_streams
        or len(streams.subtitles) > limits.caption_streams
    ):
        raise Refused("too_many_streams", count=len(streams))


def _refuse_size(width: int, height: int, limits: Limits) -> None:
    if max(width, height) > limits.video_side or width * height > limits.video_pixels:
        raise Refused("too_many_pixels", width=width, height=height)


def _refuse_shown(facts: MediaFacts, limits: Limits) -> None:
    if min(facts.width, facts.height) < limits.video_least_side:
        raise Refused("too_small", width=facts.width, height=facts.height, least=limits.video_least_side)
    fps = facts.fps_num // facts.fps_den
    if limits.fps_most < fps < _NOT_A_RATE:
        raise Refused("too_fast", fps=fps, most=limits.fps_most)


def _warnings(facts: MediaFacts, frame: VideoFrame) -> list[Reason]:
    reasons = shape_warnings(facts.shown_width, facts.shown_height, _SOFT_SIDE)
    if facts.high_dynamic_range:
        reasons.append(Reason("hdr_converted"))
    elif frame.color_trc in {PQ, HLG} and bits(frame) < 10:
        reasons.append(Reason("hdr_tag_ignored"))
    if any(component.is_alpha for component in frame.format.components):
        reasons.append(Reason("transparency_flattened"))
    if len(facts.sound) > 1:
        reasons.append(Reason("extra_tracks", {"count": len(facts.sound)}))
    if 0 < facts.duration_ms < _SHORT_MS:
        reasons.append(Reason("short", {"duration_ms": facts.duration_ms}))
    return reasons


def shape_warnings(width: int, height: int, soft_side: int) -> list[Reason]:
    """What to say about the size and shape of a picture shown as `width` x `height`."""
    reasons = []
    values: dict[str, str | int] = {"width": width, "height": height}
    if min(width, height) < soft_side:
        reasons.append(Reason("low_resolution", values))
    if max(width, height) > _WIDE * min(width, height):
        reasons.append(Reason("extreme_shape", values))
    return reasons
