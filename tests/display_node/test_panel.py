"""The file that says what kind of panel hangs there: all of it understood, and anything else refused by its place."""

from pathlib import Path

import pytest

from display_node.config import BadSetting
from display_node.panel import PLAIN, Facade, Hours, Panel, Power, Wall, read_panel

WHOLE = """
rotation = 90
fit = "cover"

[wall]
rows = 2
columns = 3
row = 1
column = 2
panel_mm = [1209.6, 680.4]
gap_mm = [3.5, 4]

[[hours]]
from = "22:30"
until = "06:00"
brightness = 20
volume = 0

[[hours]]
from = "6:00"
until = "7:00"
off = true

[power]
on = ["wlr-randr", "--output", "HDMI-A-1", "--on"]
off = ["wlr-randr", "--output", "HDMI-A-1", "--off"]
timeout_s = 5
"""


def written(folder: Path, text: str) -> Path:
    (folder / "panel.toml").write_text(text)
    return folder / "panel.toml"


def test_everything_that_can_be_said_is_understood(tmp_path: Path) -> None:
    assert read_panel(written(tmp_path, WHOLE)) == Panel(
        90,
        "cover",
        Wall(2, 3, 1, 2, (1209.6, 680.4), (3.5, 4.0)),
        None,
        (Hours(22 * 60 + 30, 6 * 60, 20, 0), Hours(6 * 60, 7 * 60, is_off=True)),
        Power(("wlr-randr", "--output", "HDMI-A-1", "--on"), ("wlr-randr", "--output", "HDMI-A-1", "--off"), 5),
    )


def test_no_file_is_a_plain_panel(tmp_path: Path) -> None:
    assert read_panel(tmp_path / "panel.toml") == PLAIN


def test_hours_may_pass_midnight_and_the_first_that_fit_count(tmp_path: Path) -> None:
    panel = read_panel(written(tmp_path, WHOLE))
    percents = {minute: panel.hours_at(minute) for minute in (0, 359, 360, 419, 420, 1349, 1350)}
    assert [hours and hours.brightness_percent for hours in percents.values()] == [20, 20, 100, 100, None, None, 20]
    assert [bool(hours and hours.is_off) for hours in percents.values()] == [False, False, True, True] + [False] * 3


def test_the_lamps_of_a_facade_lie_in_a_grid_that_may_wind(tmp_path: Path) -> None:
    text = "[facade]\nsize = [3, 2]\norigin = [10, 5]\npitch = [4, 2]\npixel = [2, 1]\nserpentine = true\n"
    panel = read_panel(written(tmp_path, text))
    assert panel.facade == Facade(3, 2, ((10, 5), (14, 5), (18, 5), (18, 7), (14, 7), (10, 7)), (2, 1))


def test_or_where_a_file_says(tmp_path: Path) -> None:
    (tmp_path / "lamps.csv").write_text("# column,row,x,y\n1,0,0,0\n0,0,7,3\n")
    panel = read_panel(written(tmp_path, '[facade]\nsize = [2, 1]\nmap = "../elsewhere/lamps.csv"\n'))
    assert panel.facade == Facade(2, 1, ((7, 3), (0, 0)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rotation = 45", "rotation"),
        ("rotation = true", "rotation"),
        ('fit = "stretch"', "fit"),
        ("brightnes = 3", "brightnes"),
        ("[wall]\nrows = 2\ncolumns = 2\nrow = 3\ncolumn = 1", "wall.row"),
        ("[wall]\nrows = 2\ncolumns = 2\nrow = 1\ncolumn = 1\ngap_mm = [1, 1]", "go together"),
        ("[wall]\nrows = 1\ncolumns = 2\nrow = 1\ncolumn = 1\npanel_mm = [nan, 1]\ngap_mm = [1, 1]", "panel_mm[0]"),
        ("[facade]\nsize = [28]", "two numbers"),
        ("[facade]\nsize = [28, 14]\nmap = 'none.csv'", "none.csv"),
        ("[[hours]]\nfrom = '24:30'\nuntil = '6:00'", "22:30"),
        ("[power]\non = []\noff = ['x']", "at least one word"),
        ("[power]\non = 'x'\noff = ['x']", "power.on"),
        ("not toml", "panel.toml"),
        ("\udcff", "panel.toml"),
        ("a = " + "[" * 5_000, "panel.toml"),
        ("# " + "x" * 70_000, "bytes"),
    ],
)
def test_anything_else_is_refused_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "panel.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadSetting, match=said.replace("[", r"\[").replace("]", r"\]")):
        read_panel(path)


@pytest.mark.parametrize("rows", ["0,0,0,0\n", "0,0,0,0\n0,0,1,0\n", "0,0,0,0\n2,0,1,0\n", "0,0,0,0\n1,0,x,0\n"])
def test_a_map_names_every_lamp_once_and_no_other(tmp_path: Path, rows: str) -> None:
    (tmp_path / "lamps.csv").write_text(rows)
    with pytest.raises(BadSetting, match=r"lamps\.csv"):
        read_panel(written(tmp_path, '[facade]\nsize = [2, 1]\nmap = "lamps.csv"\n'))
