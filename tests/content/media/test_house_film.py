"""A house film is what docs/preparation.md promises: steady, upright, joinable at every second, level."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from content.media.limits import HOUSE, Profile
from content.media.preparation import prepare
from content.media.sound import RATE, measure, open_sound
from tests.content.media.rooms import codes_of, is_near, pictures_in, prepared_from, rendition_of
from tests.media.generate import SECRET, Film, make_animation, make_film, make_hdr_film, number_in, turn_by_matrix


def test_every_frame_is_there_in_its_place(tmp_path: Path) -> None:
    rendition = rendition_of(prepared_from(make_film(tmp_path / "a.mp4", Film(frames=90))))
    assert [number_in(picture) for picture in pictures_in(rendition.path)] == list(range(90))


def test_a_slower_film_is_repeated_evenly_and_ends_on_a_whole_millisecond(tmp_path: Path) -> None:
    rendition = rendition_of(prepared_from(make_film(tmp_path / "a.mp4", Film(fps=25, frames=26))))
    numbers = [number_in(picture) for picture in pictures_in(rendition.path)]
    assert len(numbers) == rendition.frames == 33
    assert rendition.duration_ms * 30 == rendition.frames * 1_000
    due = [max(n for n in range(26) if round(n * 30 / 25 + 1e-9) <= at) for at in range(33)]
    assert numbers == due


def test_frames_at_odd_times_are_shown_at_those_times(tmp_path: Path) -> None:
    times = (0, 5, 10, 700, 733, 1_500)
    source = make_film(tmp_path / "a.mkv", Film(times=times, form="matroska"))
    numbers = [number_in(picture) for picture in pictures_in(rendition_of(prepared_from(source)).path)]
    assert numbers[:21] == [2 if at else numbers[0] for at in range(21)]
    assert (numbers[21], numbers[22], numbers[44], numbers[45]) == (3, 4, 4, 5)


@pytest.mark.parametrize("fps", [25, 30, 60])
def test_one_can_join_at_every_second(fps: int, tmp_path: Path) -> None:
    profile = Profile(fps=25 if fps == 25 else 30 if fps == 30 else 60)
    source = make_film(tmp_path / "a.mp4", Film(frames=100, tone_db=-20))
    rendition = rendition_of(prepared_from(source, profile=profile))
    with av.open(str(rendition.path)) as container:
        video = container.streams.video[0]
        assert video.time_base is not None
        packets = [packet for packet in container.demux(video) if packet.pts is not None]
        keys = sorted(
            packet.pts * video.time_base for packet in packets if packet.is_keyframe and packet.pts is not None
        )
        assert keys == [Fraction(second) for second in range(-(-rendition.frames // fps))]
        assert container.duration == rendition.duration_ms * 1_000
        assert video.average_rate == fps
        context = video.codec_context
        tags = (
            context.pix_fmt,
            context.profile,
            context.color_range,
            context.color_primaries,
            context.color_trc,
            context.colorspace,
        )
        assert tags == ("yuv420p", "High", 1, 1, 1, 1)


def test_the_head_of_the_file_comes_first_and_says_nothing_of_its_maker(tmp_path: Path) -> None:
    tags = (("title", SECRET), ("artist", SECRET), ("location", "+52.5200+013.4050/"), ("comment", SECRET))
    source = make_film(tmp_path / "a.mp4", Film(frames=30, tags=tags))
    assert SECRET.encode() in source.read_bytes()
    body = rendition_of(prepared_from(source)).path.read_bytes()
    assert body.index(b"moov") < body.index(b"mdat")
    assert SECRET.encode() not in body
    assert b"+52.52" not in body
    assert b"Lavf" not in body


@pytest.mark.parametrize(("tone_db", "channels"), [(-20.0, "stereo"), (-12.0, "mono"), (-33.0, "stereo")])
def test_sound_comes_out_at_house_loudness(tone_db: float, channels: str, tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(frames=90, tone_db=tone_db, channels=channels))
    rendition = rendition_of(prepared_from(source))
    with open_sound(rendition.path, "mov", start_us=0) as blocks:
        loudness = measure(blocks, most_samples=10 * RATE)
    assert abs(loudness.clufs - HOUSE.loudness_clufs) <= 50
    assert loudness.peak_cdb <= HOUSE.true_peak_cdb


def test_quiet_sound_is_raised_by_no_more_than_the_limit(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(frames=60, tone_db=-40.0))
    prepared = prepared_from(source)
    assert "quiet_sound" in codes_of(prepared)
    assert prepared.facts is not None
    with open_sound(rendition_of(prepared).path, "mov", start_us=0) as blocks:
        loudness = measure(blocks, most_samples=10 * RATE)
    assert abs(loudness.clufs - prepared.facts.loudness_clufs - HOUSE.gain_most_cdb) <= 50


@pytest.mark.parametrize("form", ["mp4", "mpegts", "matroska"])
def test_sound_stays_with_its_picture(form: str, tmp_path: Path) -> None:
    source = make_film(tmp_path / "film", Film(frames=60, tone_db=-20.0, tone_from_ms=1_000, form=form))
    rendition = rendition_of(prepared_from(source))
    with open_sound(rendition.path, "mov", start_us=0) as blocks:
        wave = np.concatenate(list(blocks), axis=1)[0]
    onset = int(np.argmax(np.abs(wave) > 0.02))
    assert abs(onset * 1_000 / RATE - 1_000) < 25
    # The last block of AAC may be filled up.
    assert 0 <= wave.size - rendition.duration_ms * RATE // 1_000 < 2_048


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_a_film_is_turned_upright_once(clockwise: int, tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 480), frames=30))
    stored = pictures_in(source)[5]
    prepared = prepared_from(turn_by_matrix(source, clockwise))
    upright = pictures_in(rendition_of(prepared).path)[5]
    assert number_in(np.rot90(upright, clockwise // 90)) == number_in(stored) == 5
    assert prepared.facts is not None
    assert prepared.facts.rotation == clockwise
    with av.open(str(rendition_of(prepared).path)) as container:
        assert next(container.decode(video=0)).rotation == 0


def test_colours_stay_what_they_are_whatever_their_range(tmp_path: Path) -> None:
    for pixels in ("yuv420p", "yuvj420p", "yuv444p"):
        source = make_film(tmp_path / f"{pixels}.mp4", Film(frames=30, pixels=pixels, codec="libx264"))
        before = pictures_in(source)[10][150, 160]
        after = pictures_in(rendition_of(prepared_from(source)).path)[10][150, 160]
        assert is_near(after, (int(before[0]), int(before[1]), int(before[2])), 8), pixels


@pytest.mark.parametrize(("transfer", "least", "most"), [(16, 130, 190), (18, 140, 200)])
def test_hdr_becomes_ordinary_colours(transfer: int, least: int, most: int, tmp_path: Path) -> None:
    white_percent = 58 if transfer == 16 else 75
    prepared = prepared_from(make_hdr_film(tmp_path / "a.mkv", white_percent, transfer))
    assert "hdr_converted" in codes_of(prepared)
    colour = pictures_in(rendition_of(prepared).path)[3][90, 160]
    assert least <= int(colour.min()) <= int(colour.max()) <= most, "diffuse white is bright, and neither cut nor grey"
    assert int(colour.max()) - int(colour.min()) <= 4


def test_an_animation_keeps_its_delays(tmp_path: Path) -> None:
    source = make_animation(tmp_path / "a.gif", [100, 200, 300])
    numbers = [number_in(picture) for picture in pictures_in(rendition_of(prepared_from(source, still_ms=500)).path)]
    assert numbers == [0] * 3 + [1] * 6 + [2] * 9


def test_hasty_pictures_are_shown_as_long_as_browsers_show_them(tmp_path: Path) -> None:
    source = make_animation(tmp_path / "a.gif", [0, 10, 20])
    numbers = [number_in(picture) for picture in pictures_in(rendition_of(prepared_from(source, still_ms=100)).path)]
    assert (numbers.count(0), numbers.count(1)) == (3, 3)


def test_the_same_upload_gives_the_same_bytes(tmp_path: Path) -> None:
    film = Film(size=(640, 360), frames=60, tone_db=-20)
    first = prepared_from(make_film(tmp_path / "a.mp4", film))
    again = prepared_from(make_film(tmp_path / "b.mp4", film))
    assert rendition_of(first).sha256 == rendition_of(again).sha256
    assert first.strip is not None
    assert again.strip is not None
    assert first.strip.sha256 == again.strip.sha256


def test_progress_rises_through_every_step(tmp_path: Path) -> None:
    from content.media.job import STEP_NAMES

    source = make_film(tmp_path / "a.mp4", Film(frames=90, tone_db=-20))
    out = tmp_path / "out"
    out.mkdir()
    heard: list[tuple[str, int]] = []
    prepare(source, out, on_progress=lambda step, percent: heard.append((step, percent)))
    assert list(dict.fromkeys(step for step, _ in heard)) == list(STEP_NAMES)
    rendering = [percent for step, percent in heard if step == "render"]
    assert rendering == sorted(set(rendering))
    assert len(rendering) > 20


def test_previews_show_the_rendition(tmp_path: Path) -> None:
    from PIL import Image

    prepared = prepared_from(make_film(tmp_path / "a.mp4", Film(size=(640, 360), frames=90)))
    assert prepared.poster is not None
    assert prepared.thumbnail is not None
    assert prepared.strip is not None
    shown = pictures_in(rendition_of(prepared).path)
    with Image.open(prepared.poster.path) as image:
        poster = np.asarray(image.convert("RGB"))
    assert number_in(poster) in range(90)
    assert np.abs(poster.astype(int) - shown[number_in(poster)].astype(int)).mean() < 3
    assert (prepared.thumbnail.width, prepared.thumbnail.height) == (480, 270)
    with Image.open(prepared.strip.path) as image:
        strip = np.asarray(image.convert("RGB"))
    width = strip.shape[1] // len(prepared.strip_ms)
    numbers = [number_in(strip[:, place * width : (place + 1) * width]) for place in range(len(prepared.strip_ms))]
    assert numbers == [at_ms * 30 // 1_000 + (at_ms * 30 % 1_000 > 0) for at_ms in prepared.strip_ms]
    assert len(numbers) == 3
