"""A decoded video frame onto a surface, in the right colours, by PyAV alone: the plain path that works everywhere."""

import pygame
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from content.screen_facts import Fit


def contained(inner: tuple[int, int], outer: tuple[int, int]) -> pygame.Rect:
    """The largest rectangle of the shape of `inner` in the middle of `outer`; never stretched, at least one pixel."""
    width, height = max(1, inner[0]), max(1, inner[1])
    if outer[0] * height <= outer[1] * width:
        size = (outer[0], max(1, round(outer[0] * height / width)))
    else:
        size = (max(1, round(outer[1] * width / height)), outer[1])
    return pygame.Rect((outer[0] - size[0]) // 2, (outer[1] - size[1]) // 2, *size)


def placed(inner: tuple[int, int], outer: tuple[int, int], fit: Fit) -> pygame.Rect:
    """Where a picture of the shape of `inner` lies in `outer`: whole, or filling it and reaching beyond."""
    if fit != "cover":
        return contained(inner, outer)
    width, height = max(1, inner[0]), max(1, inner[1])
    if outer[0] * height >= outer[1] * width:
        size = (outer[0], max(1, round(outer[0] * height / width)))
    else:
        size = (max(1, round(outer[1] * width / height)), outer[1])
    return pygame.Rect((outer[0] - size[0]) // 2, (outer[1] - size[1]) // 2, *size)


def is_full_range(frame: VideoFrame) -> bool:
    """Whether the frame says that it uses all 256 levels; video that says nothing does not."""
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


class PlainPainter:
    """Keeps swscale's tables between frames. BT.709 is told, not guessed; a frame that says full range is believed."""

    def __init__(self) -> None:
        """Nothing is made before the first frame."""
        self._reformatter = VideoReformatter()

    def paint(self, frame: VideoFrame, surface: pygame.Surface, place: pygame.Rect) -> None:
        """Draws `frame` over `place`, scaled to fill it."""
        levels = ColorRange.JPEG if is_full_range(frame) else ColorRange.MPEG
        picture = self._reformatter.reformat(
            frame, place.width, place.height, "bgr0",
            src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709,
            src_color_range=levels, dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.BILINEAR,
            # With several threads swscale's last pixels of one slice now and then land in the first of the next.
            threads=1,
        )  # fmt: skip
        plane = picture.planes[0]
        pixels = pygame.image.frombuffer(plane, (plane.line_size // 4, plane.height), "BGRA")
        pixels.set_alpha(None)
        surface.blit(pixels, place.topleft, (0, 0, place.width, place.height))
