"""The firm's face: an accent colour that white text can be read on, and a logo that is nothing but a small picture."""

from __future__ import annotations

import re
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

LOGO_BYTES = 2 * 1024 * 1024
LOGO_SIZE = (600, 200)
# What a logo may have before it is made smaller: unpacked, twelve million points are about 48 MB of memory.
LOGO_POINTS = 12_000_000
TOO_MANY_POINTS = "The picture has too many points. At most 4,000 x 3,000 are taken."
LEAST_CONTRAST = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def checked_accent(text: str) -> str:
    """The colour as #rrggbb; "" (ours) stays "". Raises ValidationError if white text on it is hard to read."""
    accent = text.strip().lower()
    if not accent:
        return ""
    if not _COLOUR.fullmatch(accent):
        raise ValidationError({"accent": "Write the colour as # and six digits, like #1f5d63."})
    contrast = contrast_with_white(accent)
    if contrast < LEAST_CONTRAST:
        # Rounded down: 4.49 must not be told as 4.5.
        told = int(contrast * 10) / 10
        raise ValidationError(
            {
                "accent": f"White text on this colour is hard to read: its contrast is {told}, and it takes at least"
                f" {LEAST_CONTRAST}. Choose a darker colour."
            }
        )
    return accent


def contrast_with_white(accent: str) -> float:
    """The contrast of white text on `accent` (#rrggbb), from 1 to 21, as WCAG 2 reckons it."""
    red, green, blue = (_linear(int(accent[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def redrawn_logo(file: IO[bytes], *, size: int) -> bytes:
    """The picture drawn anew as a PNG of at most 600 x 200 points: whatever else the file held is gone.

    Raises ValidationError (field "logo"). Nothing large is unpacked: size and points are judged by the header.
    """
    if size > LOGO_BYTES:
        raise ValidationError({"logo": "The file is larger than 2 MB. Choose a smaller one."})
    try:
        with Image.open(file, formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > LOGO_POINTS:
                raise ValidationError({"logo": TOO_MANY_POINTS})
            # A JPEG can be read at a fraction of its size; for the others this does nothing.
            picture.draft("RGB", (LOGO_SIZE[0] * 2, LOGO_SIZE[1] * 2))
            drawn = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ValidationError({"logo": TOO_MANY_POINTS}) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(
            {"logo": "This is not a PNG, JPEG or WebP picture that can be read. An SVG file has to be saved as PNG."}
        ) from error
    drawn.thumbnail(LOGO_SIZE)
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()
