"""Where a picture stands on a screen whose rest is filled, and what is said of its shape. Nothing is ever stretched.

What is around it is the picture itself, so enlarged that it covers the screen, blurred and dark; or one colour.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageFilter

from content.media.crops import Box, cropped_size
from content.media.facts import MediaFacts
from content.media.house_size import even, fit, house_size
from content.media.limits import Profile
from content.media.mends import BLUR, Mends, Surround, crop_of, surround_of
from content.media.reasons import Reason

LIGHT, COLOUR = 0.4, 0.8
"""What is left of the light and the colour of the picture in its blurred copy."""
BLURRED_SIDE = 64
"""The long side of the copy that is blurred; then it is enlarged, which is cheap and the softer."""
SIGMA = 3.0
_HARDLY = 64
"""What leaves less than this part of a side empty fills the screen."""
_NARROW = 32, 27
"""Narrower than this leaves more than a third of a wide screen empty."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """How large the picture is, and the house picture that it is in the middle of; they are one if it fills it."""

    picture: Size
    house: Size

    @property
    def at(self) -> Size:
        """Its left upper corner: even, as colours have half the places."""
        (width, height), (house_width, house_height) = self.picture, self.house
        return (house_width - width) // 4 * 2, (house_height - height) // 4 * 2

    @property
    def covering(self) -> Box:
        """The middle part of the picture that covers the house picture when it is enlarged."""
        (width, height), (house_width, house_height) = self.picture, self.house
        kept_width = min(width, max(1, height * house_width // house_height))
        kept_height = min(height, max(1, width * house_height // house_width))
        return (width - kept_width) // 2, (height - kept_height) // 2, kept_width, kept_height

    @property
    def blurred(self) -> Size:
        """The size of the copy that is blurred."""
        width, height = self.house
        longest = max(width, height)
        return max(2, width * BLURRED_SIDE // longest), max(2, height * BLURRED_SIDE // longest)


def layout_of(width: int, height: int, mends: Mends, profile: Profile) -> Layout:
    """The layout of an upload shown as `width` x `height`, after it was cropped; with black around it if not filled."""
    width, height = cropped_size(width, height, crop_of(mends))
    whole = house_size(width, height, profile)
    if surround_of(mends) is None:
        return Layout(whole, whole)
    long, short = profile.long_side, profile.short_side
    across, down = (short, long) if profile.shape == "tall" else (long, short)
    fitted = fit(width, height, across, down)
    picture = even(fitted[0], across), even(fitted[1], down)
    if picture[0] * down >= picture[1] * across:
        house = picture[0], even(-(-picture[0] * down // across), down)
    else:
        house = even(-(-picture[1] * across // down), across), picture[1]
    spare = house[0] - picture[0], house[1] - picture[1]
    is_filled = all(rest * _HARDLY < side for rest, side in zip(spare, house, strict=True))
    return Layout(picture, picture if is_filled else house)


def surrounded(image: Image.Image, mends: Mends, profile: Profile) -> Image.Image:
    """An upright RGB picture, cropped already, with what the mends want around it."""
    surround = surround_of(mends)
    if surround is None:
        return image
    layout = layout_of(*image.size, (surround,), profile)
    if image.size != layout.picture:
        image = image.resize(layout.picture, Image.Resampling.LANCZOS)
    if layout.picture == layout.house:
        return image
    ground = _ground(image, surround, layout)
    ground.paste(image, layout.at)
    return ground


def leaves_much_empty(facts: MediaFacts, mends: Mends) -> bool:
    """Whether a tenth of a wide screen or more is empty around what is shown of the upload."""
    width, height = cropped_size(facts.shown_width, facts.shown_height, crop_of(mends))
    shape = sorted((width * 9, height * 16))
    return shape[0] * 10 <= shape[1] * 9


def with_shape(reasons: Iterable[Reason], facts: MediaFacts, mends: Mends) -> list[Reason]:
    """The reasons, and what there is to say of the picture's shape: nothing any more once the rest is filled."""
    if surround_of(mends) is not None:
        return [reason for reason in reasons if reason.code != "extreme_shape"]
    found = list(reasons)
    width, height = cropped_size(facts.shown_width, facts.shown_height, crop_of(mends))
    if width * _NARROW[1] < height * _NARROW[0] and all(reason.code != "extreme_shape" for reason in found):
        found.append(Reason("narrow_shape", {"width": width, "height": height}))
    return found


def colour_of(surround: Surround) -> tuple[int, int, int]:
    """Red, green and blue of one that is a colour."""
    red, green, blue = bytes.fromhex(surround.ground.removeprefix("#"))
    return red, green, blue


def _ground(image: Image.Image, surround: Surround, layout: Layout) -> Image.Image:
    if surround.ground != BLUR:
        return Image.new("RGB", layout.house, colour_of(surround))
    left, top, width, height = layout.covering
    small = image.crop((left, top, left + width, top + height)).resize(layout.blurred, Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(SIGMA))
    grey = soft.convert("L").convert("RGB")
    dark = Image.blend(grey, soft, COLOUR).point(lambda code: code * LIGHT)
    return dark.resize(layout.house, Image.Resampling.BICUBIC)
