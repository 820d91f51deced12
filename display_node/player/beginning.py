"""What can begin before there is a screen: decoding the film that is on, while SDL is read and the window opens."""

from dataclasses import dataclass

from content.clock import now_ns
from display_node.messages import Cue, Cues
from display_node.player.decoder import VideoDecoder, film_decoder
from display_node.player.hardware import HARDWARE, SOFTWARE
from display_node.player.link import Link
from display_node.player.timeline import NS_PER_MS, Timeline


@dataclass(frozen=True, slots=True)
class Begun:
    """A film, and who decodes it."""

    cue: Cue
    decoder: VideoDecoder


def begun(link: Link, decoder: str) -> Begun | None:
    """The film that is on as far as the agent has said by now, being decoded on another core from here on.

    `decoder` is `auto`, or `software` for no hardware from here on.
    """
    HARDWARE.is_wanted = decoder != SOFTWARE
    timeline = Timeline()
    for message in link.waiting():
        if isinstance(message, Cues):
            timeline = timeline.changed(message)
    instant_ns = now_ns()
    cue = timeline.at(instant_ns // NS_PER_MS)
    if cue is None or cue.kind != "video":
        return None
    return Begun(cue, film_decoder(cue, instant_ns))
