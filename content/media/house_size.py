"""How large a picture of a given shape becomes on a house screen. Pure arithmetic; never stretches, never enlarges."""

from content.media.limits import Profile


def house_size(width: int, height: int, profile: Profile) -> tuple[int, int]:
    """Width and height in house format of a picture shown as `width` x `height`: even, within long and short side."""
    box = box_for(width, height, profile)
    fitted = fit(width, height, *box)
    return even(fitted[0], box[0]), even(fitted[1], box[1])


def box_for(width: float, height: float, profile: Profile) -> tuple[int, int]:
    """Width and height that a picture of this shape must fit in: of a screen that stands as it does, if there are."""
    is_upright = profile.shape == "tall" or (profile.shape == "either" and height > width)
    return (profile.short_side, profile.long_side) if is_upright else (profile.long_side, profile.short_side)


def fit(width: int, height: int, box_width: int, box_height: int) -> tuple[int, int]:
    """The largest size of the same shape within the box, at most the original's."""
    if width <= box_width and height <= box_height:
        return width, height
    if width * box_height >= height * box_width:
        return box_width, max(1, (height * box_width + width // 2) // width)
    return max(1, (width * box_height + height // 2) // height), box_height


def even(side: int, most: int) -> int:
    """The even side next to it, at most `most`."""
    return min(max(2, (side + 1) // 2 * 2), most - most % 2)
