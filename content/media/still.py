"""A picture becomes a house still: upright, flattened, sRGB, no larger than a screen, with nothing else in the file."""

import io
from dataclasses import dataclass
from pathlib import Path

import pi_heif
from PIL import Image, ImageCms, ImageStat, UnidentifiedImageError

from content.media.boxes import transfer_of_still
from content.media.colours import HLG, PQ, from_hdr
from content.media.comparison import write_still_comparison
from content.media.crops import as_stored, cropped, cropped_size
from content.media.facts import MediaFacts
from content.media.film_facts import shape_warnings
from content.media.film_render import Rendered
from content.media.house_size import box_for, fit
from content.media.identify import Found
from content.media.limits import Limits, Profile
from content.media.mends import WHOLE_BP, Crop, Mends, crop_of, reshapes
from content.media.reasons import Reason, Refused
from content.media.surrounds import surrounded

_ORIENTATION = 0x0112
_SOFT_SIDE = 720
_MOST_PNG_COLOURS = 64
_LIT = 24
_ANIMATED = {"GIF", "PNG", "WEBP", "AVIF"}
_MANY_PICTURES = {"TIFF", "HEIF"}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CLOCKWISE = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
PILLOW_RAISES = (
    OSError, ValueError, SyntaxError, TypeError, EOFError, KeyError, IndexError, OverflowError, ZeroDivisionError,
    RuntimeError, AttributeError, AssertionError,
)  # fmt: skip
"""Pillow's readers complain about damaged files with nearly anything."""


@dataclass(frozen=True, slots=True)
class StillPlan:
    """What rendering needs to know about a picture."""

    orientation: int
    """EXIF orientation 1 to 8."""
    is_animated: bool
    transfer: int | None
    """The HDR transfer code of ITU-T H.273; None for an ordinary picture."""


def open_picture(source: Path, reader: str, limits: Limits) -> Image.Image:
    """The picture, its head read and nothing decoded. Raises Refused when it is unreadable or too large."""
    # The size is held to our own limit below, before anything is decoded; so its sentence can name it.
    Image.MAX_IMAGE_PIXELS = None
    if reader == "HEIF":
        pi_heif.register_heif_opener(thumbnails=False)
    try:
        image = Image.open(source, formats=(reader,))
    except UnidentifiedImageError as error:
        raise Refused("unreadable") from error
    except PILLOW_RAISES as error:
        raise Refused("unreadable") from error
    width, height = image.size
    if width * height > limits.image_pixels or max(width, height) > limits.image_side:
        raise Refused("too_many_pixels", width=width, height=height)
    return image


def inspect_picture(source: Path, found: Found, limits: Limits) -> tuple[MediaFacts, StillPlan, list[Reason]]:
    """The facts, how to render it, and warnings. Raises Refused."""
    with open_picture(source, found.reader, limits) as image:
        width, height = image.size
        if min(width, height) < limits.image_least_side:
            raise Refused("too_small", width=width, height=height, least=limits.image_least_side)
        orientation = _orientation(image)
        pictures = _pictures(image, limits)
        transfer = transfer_of_still(source) if found.reader in {"AVIF", "HEIF"} else None
        plan = StillPlan(
            orientation,
            is_animated=found.reader in _ANIMATED and pictures > 1,
            transfer=transfer if transfer in {PQ, HLG} else None,
        )
        facts = _facts(image, plan, found, pictures, source.stat().st_size)
        reasons = _warnings(facts, plan, found, pictures)
    return facts, plan, reasons


def _facts(image: Image.Image, plan: StillPlan, found: Found, pictures: int, size_bytes: int) -> MediaFacts:
    width, height = image.size
    shown = (height, width) if plan.orientation >= 5 else (width, height)
    return MediaFacts(
        kind="video" if plan.is_animated else "still",
        container=found.name,
        video_codec=found.name,
        pixel_format=image.mode,
        width=width,
        height=height,
        shown_width=shown[0],
        shown_height=shown[1],
        rotation=_CLOCKWISE.get(plan.orientation, 0),
        fps_num=0,
        fps_den=1,
        duration_ms=0,
        frames=pictures,
        has_sound=False,
        sound=(),
        captions=(),
        interlaced=False,
        high_dynamic_range=plan.transfer is not None,
        loudness_clufs=0,
        size_bytes=size_bytes,
    )


def _warnings(facts: MediaFacts, plan: StillPlan, found: Found, pictures: int) -> list[Reason]:
    reasons = shape_warnings(facts.shown_width, facts.shown_height, _SOFT_SIDE)
    if facts.shown_width == 2 * facts.shown_height and facts.shown_width >= 2_048:
        reasons.append(Reason("panorama"))
    if plan.transfer is not None:
        reasons.append(Reason("hdr_converted"))
    if found.reader in _MANY_PICTURES and pictures > 1:
        reasons.append(Reason("first_picture_only", {"count": pictures}))
    return reasons


@dataclass(frozen=True, slots=True)
class StillRendering:
    """All that goes into rendering one picture."""

    source: Path
    reader: str
    plan: StillPlan
    limits: Limits
    profile: Profile
    mends: Mends = ()
    is_of_animation: bool = False
    """One picture of an animation is wanted: the first that is not black."""

    def render(self, out: Path) -> tuple[Rendered, list[Reason]]:
        """Writes `rendition.jpg` or `.png` into `out`; the warnings that came up. Raises Refused if it is damaged."""
        picture, clear = self._developed(crop_of(self.mends))
        house = surrounded(picture, self.mends, self.profile)
        if reshapes(self.mends):
            write_still_comparison(self._developed(None)[0], house, out)
        rendered = Rendered(write_still(house, self.profile, out), *house.size, fps=0, frames=1, has_sound=False)
        return rendered, [Reason("transparency_flattened")] if clear else []

    def _developed(self, crop: Crop | None) -> tuple[Image.Image, bool]:
        """The picture as it is shown, and whether the file's is see-through."""
        with open_picture(self.source, self.reader, self.limits) as image:
            try:
                if self.is_of_animation:
                    _seek_lit(image)
                return developed(image, self.plan, self.profile, crop), is_see_through(image)
            except MemoryError:
                raise
            except PILLOW_RAISES as error:
                raise Refused("unreadable") from error


def _seek_lit(image: Image.Image) -> None:
    """Goes to the first picture of an animation with light in it; to the first of all where there is none."""
    for place in range(int(getattr(image, "n_frames", 1))):
        image.seek(place)
        if ImageStat.Stat(image.convert("L")).mean[0] > _LIT:
            return
    image.seek(0)


def is_see_through(image: Image.Image) -> bool:
    """Whether any pixel of the picture is not wholly opaque."""
    if not image.has_transparency_data:
        return False
    alpha = image.getchannel("A") if "A" in image.getbands() else image.convert("RGBA").getchannel("A")
    least = alpha.getextrema()[0]
    return not isinstance(least, tuple) and least < 255


def developed(image: Image.Image, plan: StillPlan, profile: Profile, crop: Crop | None = None) -> Image.Image:
    """The picture, or the part of it that is left, as it is shown: at most house size, sRGB, on the background."""
    kept = as_stored(crop, plan.orientation) if crop else None
    width, height = _box(cropped_size(*image.size, kept), plan.orientation, profile)
    whole = (width * WHOLE_BP // kept.width_bp, height * WHOLE_BP // kept.height_bp) if kept else (width, height)
    image.draft(image.mode if image.mode in {"RGB", "L"} else None, (2 * whole[0], 2 * whole[1]))
    image.load()
    icc = image.info.get("icc_profile")
    # Made small first: a picture of many pixels and few bytes must not take memory in every colour we convert it to.
    small = _smooth(_eight_bits(image))
    if kept is not None:
        small = cropped(small, kept)
    if small.size != (width, height):
        way = Image.Resampling.BOX if profile.averaged else Image.Resampling.LANCZOS
        small = small.resize((width, height), way, reducing_gap=3.0)
    flat = flattened(small, profile)
    if isinstance(icc, bytes) and plan.transfer is None:
        flat = _in_srgb(flat, icc)
    flat = flat if flat.mode == "RGB" else flat.convert("RGB")
    if plan.transfer is not None:
        flat = from_hdr(flat, plan.transfer)
    turn = _UPRIGHT.get(plan.orientation)
    return flat if turn is None else flat.transpose(turn)


def flattened(image: Image.Image, profile: Profile) -> Image.Image:
    """The picture without transparency, on the profile's background."""
    if not image.has_transparency_data:
        return image
    clear = image.convert("RGBA")
    ground = Image.new("RGBA", clear.size, (*profile.background, 255))
    ground.alpha_composite(clear)
    return ground.convert("RGB")


def _box(size: tuple[int, int], orientation: int, profile: Profile) -> tuple[int, int]:
    """The size to develop at, before it is turned upright."""
    width, height = size[::-1] if orientation >= 5 else size
    fitted = fit(width, height, *box_for(width, height, profile))
    return fitted[::-1] if orientation >= 5 else fitted


def _eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I") and image.mode != "F":
        return image
    import numpy as np

    values = np.asarray(image).astype(np.float64)
    most = 65_535.0 if image.mode.startswith("I") else max(1.0, float(values.max()))
    return Image.fromarray(np.clip(values * (255.0 / most), 0, 255).astype(np.uint8), "L")


def _smooth(image: Image.Image) -> Image.Image:
    """The picture in a form that can be made smaller by averaging."""
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")


def _in_srgb(image: Image.Image, icc: bytes) -> Image.Image:
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        changed = ImageCms.profileToProfile(
            image, given, ImageCms.createProfile("sRGB"), ImageCms.Intent.PERCEPTUAL, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A damaged profile, or one for another kind of picture: the colours are taken as they are.
        return image
    return changed if changed is not None else image


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except MemoryError:
        raise
    except PILLOW_RAISES:
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _pictures(image: Image.Image, limits: Limits) -> int:
    """How many pictures the file holds. Raises Refused for an animation beyond the limits."""
    try:
        pictures = int(getattr(image, "n_frames", 1))
    except MemoryError:
        raise
    except PILLOW_RAISES as error:
        raise Refused("unreadable") from error
    is_animation = image.format in _ANIMATED and pictures > 1
    if is_animation and pictures > limits.animation_frames:
        raise Refused("too_many_frames", most=limits.animation_frames)
    if is_animation and pictures * image.size[0] * image.size[1] > limits.animation_pixels:
        raise Refused("too_many_pixels", width=image.size[0], height=image.size[1])
    return max(1, pictures)


def write_still(image: Image.Image, profile: Profile, out: Path) -> Path:
    """Writes `rendition.png` or `.jpg` into `out`, with nothing in it but the picture."""
    image.info = {}
    body = io.BytesIO()
    if image.getcolors(_MOST_PNG_COLOURS) is not None:
        image.save(body, "PNG", optimize=True)
        path = out / "rendition.png"
    else:
        # Not `optimize`: Pillow gives it too small a buffer for a grainy picture, which then looks damaged.
        image.save(body, "JPEG", quality=profile.jpeg_quality, subsampling=0)
        path = out / "rendition.jpg"
    path.write_bytes(body.getvalue())
    return path
