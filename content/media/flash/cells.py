"""From a decoded picture to the cells of a 16:9 screen: as a node shows it, upright, whole, black around it."""

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from content.media.flash.rules import COLUMNS, ROWS, WHITE

Plane = NDArray[np.uint8]
Light = NDArray[np.uint16]

_WEIGHTS = (0.2126, 0.7152, 0.0722)
_LUMA, _RED_OF_V, _GREEN_OF_U, _GREEN_OF_V, _BLUE_OF_U = 1.164384, 1.792741, -0.213249, -0.532909, 2.112402
"""BT.709, limited range, 8 bits."""


def _linear() -> NDArray[np.float64]:
    codes = np.arange(256) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


LINEAR: Light = np.round(_linear() * WHITE).astype(np.uint16)
"""The light of each sRGB code."""
_WEIGHTED = tuple(np.round(_linear() * WHITE * weight).astype(np.uint16) for weight in _WEIGHTS)


@dataclass(frozen=True, slots=True)
class Cells:
    """The screen at an instant: red, green and blue of each cell in sRGB codes."""

    red: Plane
    green: Plane
    blue: Plane

    def light(self) -> Light:
        """The relative luminance of each cell, up to WHITE."""
        red, green, blue = (
            cv2.LUT(plane, table) for plane, table in zip((self.red, self.green, self.blue), _WEIGHTED, strict=True)
        )
        light: Light = np.asarray(cv2.add(cv2.add(red, green), blue), np.uint16)
        return light

    def coarser(self, step: int) -> "Cells":
        """The same in cells of `step` x `step` of these, for what is looked at roughly."""
        size = (self.red.shape[1] // step, self.red.shape[0] // step)
        return Cells(*(_scaled(plane, size) for plane in (self.red, self.green, self.blue)))


def dark(rows: int, columns: int) -> Cells:
    """A dark screen of so many cells."""
    plane = np.zeros((rows, columns), np.uint8)
    return Cells(plane, plane, plane)


def cells_of_house(frame: VideoFrame) -> Cells:
    """The screen with a house picture (8-bit 4:2:0, BT.709, limited range, square pixels, upright) on it."""
    return on_screen(colours_of_house(frame))


def on_screen(colours: tuple[Plane, Plane, Plane]) -> Cells:
    """The screen with a picture in red, green and blue on it, black around."""
    return Cells(*(_on_screen(plane) for plane in colours))


def luma_of_house(frame: VideoFrame, size: tuple[int, int]) -> Plane:
    """The luma of a house picture in so many columns and rows; never the frame's own memory."""
    return _scaled(_plane(frame.planes[0]), size).copy()


def colours_of_house(frame: VideoFrame, size: tuple[int, int] | None = None) -> tuple[Plane, Plane, Plane]:
    """Red, green and blue of a house picture, alone, in so many columns and rows; None: as it stands on the screen."""
    luma, blueish, reddish = (_plane(plane) for plane in frame.planes)
    size = size or _fitted(Fraction(frame.width, frame.height))
    luma, blueish, reddish = (_scaled(plane, size) for plane in (luma, blueish, reddish))
    base = -16 * _LUMA
    green = cv2.addWeighted(
        blueish, _GREEN_OF_U, reddish, _GREEN_OF_V, -128 * (_GREEN_OF_U + _GREEN_OF_V), dtype=cv2.CV_32F
    )
    return (
        _codes(cv2.addWeighted(luma, _LUMA, reddish, _RED_OF_V, base - 128 * _RED_OF_V)),
        _codes(cv2.addWeighted(luma, _LUMA, green, 1.0, base, dtype=cv2.CV_8U)),
        _codes(cv2.addWeighted(luma, _LUMA, blueish, _BLUE_OF_U, base - 128 * _BLUE_OF_U)),
    )


def cells_of_rgb(picture: Plane, *, rotation: int = 0, pixel_shape: Fraction = Fraction(1)) -> Cells:
    """The screen with an RGB picture (rows, columns, 3) on it, `rotation` clockwise to be upright."""
    rows, columns = picture.shape[:2]
    shape = Fraction(columns, rows) * pixel_shape
    lies = rotation in {90, 270}
    width, height = _fitted(1 / shape if lies else shape)
    size = (height, width) if lies else (width, height)
    turned = np.rot90(_scaled(picture, size), -rotation // 90)
    return Cells(*(_on_screen(np.ascontiguousarray(turned[:, :, colour])) for colour in range(3)))


def _plane(plane: VideoPlane) -> Plane:
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def _fitted(shape: Fraction) -> tuple[int, int]:
    """Columns and rows of the largest picture of this shape on the screen."""
    if shape * ROWS >= COLUMNS:
        return COLUMNS, max(1, min(ROWS, round(COLUMNS / shape)))
    return max(1, min(COLUMNS, round(ROWS * shape))), ROWS


def _scaled(plane: Plane, size: tuple[int, int]) -> Plane:
    rows, columns = plane.shape[:2]
    # OpenCV is four times as quick by halves, and the mean of means is the mean.
    while columns >= 2 * size[0] and rows >= 2 * size[1] and columns % 2 == rows % 2 == 0:
        rows, columns = rows // 2, columns // 2
        plane = _codes(cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA))
    if (columns, rows) == size:
        return plane
    shrinks = columns >= size[0] and rows >= size[1]
    return _codes(cv2.resize(plane, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def _on_screen(plane: Plane) -> Plane:
    rows, columns = plane.shape
    if (rows, columns) == (ROWS, COLUMNS):
        return plane
    screen = np.zeros((ROWS, COLUMNS), np.uint8)
    top, left = (ROWS - rows) // 2, (COLUMNS - columns) // 2
    screen[top : top + rows, left : left + columns] = plane
    return screen


def _codes(array: object) -> Plane:
    """What OpenCV gave back, which it does not type."""
    codes: Plane = np.asarray(array, np.uint8)
    return codes
