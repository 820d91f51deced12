"""The sound device: SDL's audio queue, called in the very libSDL2 that pygame has loaded.

pygame's own AudioDevice takes samples in a callback that waits for the interpreter while SDL holds the device, and asks
SDL to pause or close the device without letting the interpreter go: the two can wait for each other for ever. Through
ctypes every call lets it go, and no Python runs in SDL's thread.
"""

import ctypes
from functools import lru_cache
from pathlib import Path

import pygame

_INIT_AUDIO = 0x10
_S16 = 0x8010
BYTES_PER_SAMPLE = 4
"""Two sides of 16 bits."""


class _Spec(ctypes.Structure):
    _fields_ = (
        ("freq", ctypes.c_int),
        ("format", ctypes.c_uint16),
        ("channels", ctypes.c_uint8),
        ("silence", ctypes.c_uint8),
        ("samples", ctypes.c_uint16),
        ("padding", ctypes.c_uint16),
        ("size", ctypes.c_uint32),
        ("callback", ctypes.c_void_p),
        ("userdata", ctypes.c_void_p),
    )


class NoDevice(Exception):
    """There is no sound device, or SDL cannot be called; the sentence says which."""


class Device:
    """An open device that sounds what is queued, stereo, 16 bits. Used by one thread."""

    def __init__(self, rate_hz: int, chunk_samples: int) -> None:
        """Opens the default device, paused; raises NoDevice."""
        self._sdl = _library()
        if self._sdl.SDL_InitSubSystem(_INIT_AUDIO) != 0:
            raise NoDevice(_reason(self._sdl))
        wanted = _Spec(freq=rate_hz, format=_S16, channels=2, samples=chunk_samples)
        self._id = self._sdl.SDL_OpenAudioDevice(None, 0, ctypes.byref(wanted), None, 0)
        if not self._id:
            raise NoDevice(_reason(self._sdl))

    def pause(self, is_paused: bool) -> None:
        """Stops the device, forgetting what is queued, or lets it run."""
        self._sdl.SDL_PauseAudioDevice(self._id, int(is_paused))
        if is_paused:
            self.forget()

    def forget(self) -> None:
        """Drops what is queued: silence within a chunk of the device's own."""
        self._sdl.SDL_ClearQueuedAudio(self._id)

    def queue(self, samples: bytes) -> bool:
        """Appends `samples`; False when the device takes none (any more)."""
        return bool(self._sdl.SDL_QueueAudio(self._id, samples, len(samples)) == 0)

    @property
    def queued_samples(self) -> int:
        """How many samples wait to be taken by the device."""
        return int(self._sdl.SDL_GetQueuedAudioSize(self._id)) // BYTES_PER_SAMPLE

    def close(self) -> None:
        """Gives the device back."""
        self._sdl.SDL_CloseAudioDevice(self._id)


def _reason(library: ctypes.CDLL) -> str:
    return f"no sound device: {(library.SDL_GetError() or b'').decode(errors='replace')}"


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(_loaded()))
    library.SDL_GetError.restype = ctypes.c_char_p
    library.SDL_InitSubSystem.argtypes = [ctypes.c_uint32]
    library.SDL_OpenAudioDevice.argtypes = [
        ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int,
    ]  # fmt: skip
    library.SDL_OpenAudioDevice.restype = ctypes.c_uint32
    library.SDL_PauseAudioDevice.argtypes = [ctypes.c_uint32, ctypes.c_int]
    library.SDL_QueueAudio.argtypes = [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint32]
    library.SDL_GetQueuedAudioSize.argtypes = [ctypes.c_uint32]
    library.SDL_GetQueuedAudioSize.restype = ctypes.c_uint32
    for name in ("SDL_ClearQueuedAudio", "SDL_CloseAudioDevice"):
        getattr(library, name).argtypes = [ctypes.c_uint32]
    return library


def _loaded() -> Path:
    """The file of the libSDL2 that this process has mapped for pygame; raises NoDevice."""
    if pygame.get_sdl_version()[0] != 2:
        raise NoDevice("the sound queue is that of SDL 2, and pygame has loaded another")
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError as error:
        raise NoDevice(f"the loaded libraries cannot be listed: {error}") from error
    found = next((Path(line.split(maxsplit=5)[5]) for line in lines if "/libSDL2-2" in line), None)
    if found is None:
        raise NoDevice("libSDL2 is not among the loaded libraries")
    return found
