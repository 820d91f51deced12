"""Small PDFs, written by hand: pages of one colour with a line of text."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its words, its colour (parts of 1), and what else stands in its dictionary."""

    words: str
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    more: str = ""


def make_pdf(path: Path, pages: list[Page], size: tuple[int, int] = (960, 540), catalog: str = "") -> Path:
    """A PDF of these pages, `size` points large; `catalog` is what else stands in the document's own dictionary."""
    kids = " ".join(f"{3 + 2 * place} 0 R" for place in range(len(pages)))
    font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
    ]
    for place, page in enumerate(pages):
        red, green, blue = page.colour
        drawn = f"{red} {green} {blue} rg 0 0 {size[0]} {size[1]} re f 0 g BT /F1 4 Tf 40 40 Td ({page.words}) Tj ET"
        box = f"/MediaBox [0 0 {size[0]} {size[1]}]"
        bodies += [
            f"<< /Type /Page /Parent 2 0 R {box} /Resources {font} /Contents {4 + 2 * place} 0 R {page.more} >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    text, places = "%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(bodies) + 1
    text += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    path.write_text(f"{text}startxref\n{text.index('xref')}\n%%EOF\n", encoding="latin-1")
    return path
