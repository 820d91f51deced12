"""Which pixels a crop keeps of a picture that may lie on its side."""

from dataclasses import replace

from PIL import Image

from content.media.mends import WHOLE_BP, Crop

Box = tuple[int, int, int, int]
"""Left, top, width, height."""


def cropped_size(width: int, height: int, crop: Crop | None) -> tuple[int, int]:
    """How large a picture shown as `width` x `height` is after it was cropped."""
    if crop is None:
        return width, height
    return max(1, width * crop.width_bp // WHOLE_BP), max(1, height * crop.height_bp // WHOLE_BP)


def box_in(width: int, height: int, crop: Crop) -> Box:
    """What is kept of an upright picture of so many pixels."""
    kept = cropped_size(width, height, crop)
    return width * crop.left_bp // WHOLE_BP, height * crop.top_bp // WHOLE_BP, *kept


def cropped(image: Image.Image, crop: Crop) -> Image.Image:
    """What is kept of an upright picture."""
    left, top, width, height = box_in(*image.size, crop)
    return image.crop((left, top, left + width, top + height))


def turned_back(crop: Crop, rotation: int) -> Crop:
    """The same crop of a picture as it is stored, which is turned `rotation` degrees clockwise to stand upright."""
    return as_stored(crop, {90: 6, 180: 3, 270: 8}.get(rotation, 1))


def as_stored(crop: Crop, orientation: int) -> Crop:
    """The same crop of a picture as it is stored with this EXIF orientation, 1 to 8; some are mirrored."""
    left, top, width, height = crop.left_bp, crop.top_bp, crop.width_bp, crop.height_bp
    right, bottom = WHOLE_BP - left - width, WHOLE_BP - top - height
    lying = Crop(right, top, width, height) if orientation in {2, 3} else crop
    lying = replace(lying, top_bp=bottom) if orientation in {3, 4} else lying
    standing = {
        5: Crop(top, left, height, width),
        6: Crop(top, right, height, width),
        7: Crop(bottom, right, height, width),
        8: Crop(bottom, left, height, width),
    }
    return standing.get(orientation, lying)
