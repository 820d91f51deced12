"""QR codes in pictures: where they lead, for the moderator to see. Only for the confined child."""

from content.media.findings.clock import clock
from content.media.findings.plain_words import plain
from content.media.reasons import Reason
from content.media.watching import Pixels

MOST_CODES = 5
LOOKED_AT_SIDE = 960
"""The long side of what is looked at: a code that cannot be read there cannot be scanned across a street either."""
_LONGEST = 200


class QrCodes:
    """Collects what the codes of a film or picture say; each once."""

    def __init__(self) -> None:
        """None seen yet."""
        # OpenCV takes much room; most refusals come without it.
        import cv2

        self._detector = cv2.QRCodeDetectorAruco()
        self._found: dict[str, int | None] = {}

    def look(self, luma: Pixels, at_us: int | None) -> None:
        """Reads the codes in a picture; `at_us` is None for a still."""
        for words in self._read(luma):
            said = plain(words, _LONGEST)
            if said and len(self._found) < MOST_CODES:
                self._found.setdefault(said, at_us)

    def reasons(self) -> list[Reason]:
        """A word for each code."""
        return [
            Reason("qr_code", {"says": said})
            if at_us is None
            else Reason("qr_code_at", {"says": said, "at": clock(at_us)}, at_us // 1_000)
            for said, at_us in self._found.items()
        ]

    def _read(self, luma: Pixels) -> list[str]:
        import cv2

        try:
            _is_found, words, _corners, _straight = self._detector.detectAndDecodeMulti(luma)
        except (cv2.error, UnicodeDecodeError):
            # Bytes that are no text, or a pattern its reader chokes on: nothing a telephone would open.
            return []
        return [one for one in words if one]
