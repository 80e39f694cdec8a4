"""Pictures as data that a page holds in itself."""

import base64
from dataclasses import dataclass

# A drawing with thousands of points is smaller, and faster to show, as pixels.
LARGEST_SVG = 200_000


@dataclass(frozen=True)
class Picture:
    """A drawing as a data URI with its size in CSS pixels."""

    uri: str
    width: int
    height: int


def picture(vector: bytes, pixels: bytes, width: int, height: int) -> Picture:
    """Return a drawing as SVG, as PNG where the SVG is large."""
    kind, data = ("svg+xml", vector) if len(vector) <= LARGEST_SVG else ("png", pixels)
    return Picture(f"data:image/{kind};base64,{base64.b64encode(data).decode()}", width, height)
