"""Playlists for a desk: the files and instants are those of the programme, whoever wrote the titles."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from curator import guide
from curator.programme.playlists import XSPF, Track, m3u8, xspf
from curator.publishing import Publisher
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things

words = st.text(max_size=40)
tracks = st.builds(
    lambda start, length, title, by, number: Track(start, start + length, 0, title, by, f"https://a.example/{number}"),
    st.integers(0, 2**41), st.integers(1, 10**7), words, words, st.integers(0, 99),
)  # fmt: skip


@given(words, st.lists(tracks, max_size=8))
def test_no_title_adds_a_line_or_a_file_to_a_playlist(name: str, listed: list[Track]) -> None:
    lines = m3u8(name, listed).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [track.address for track in listed]
    assert len(lines) == 2 + 4 * len(listed)
    assert len([line for line in lines if line.startswith("#EXTINF:")]) == len(listed)


@given(words, st.lists(tracks, max_size=8))
def test_an_xspf_is_well_formed_and_tells_every_duration(name: str, listed: list[Track]) -> None:
    root = ET.fromstring(xspf(name, listed))  # noqa: S314 - our own words
    found = root.findall(f"{{{XSPF}}}trackList/{{{XSPF}}}track")
    assert [one.findtext(f"{{{XSPF}}}location") for one in found] == [track.address for track in listed]
    assert [one.findtext(f"{{{XSPF}}}duration") for one in found] == [
        str(track.end_ms - track.start_ms) for track in listed
    ]


async def test_the_hour_as_a_playlist_is_the_guides_hour(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    things.approved_item(town, "Skate\n#EXTINF:1,day")
    await Publisher(town.service).publish_due()
    entries = things.run(
        town, lambda c: guide.between(c, screen.id, town.clock(), town.clock() + AN_HOUR_MS)
    )  # fmt: skip
    wanted = [f"/files/{one.version_id}/rendition" for one in entries if one.version_id]
    assert wanted
    client = town.client("contributor")
    for ending in ("m3u8", "xspf"):
        answer = await client.get(f"/programme/{screen.slug}/playlist.{ending}")
        assert answer.status == 200
        text = await answer.text()
        assert re.findall(r"/files/\w+/rendition", text) == wanted
        assert text.count("#EXTINF:1,day\n") == 0
    answer = await client.get(f"/programme/{screen.slug}/playlist.m3u8?hours=25")
    assert answer.status == 404
