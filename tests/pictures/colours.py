"""How colours look: their contrast, and how far apart they are in any colour vision.

Beside `browser.py`, which measures the page with it: a script, not a test module.
"""

from __future__ import annotations

import math

__all__ = ["VISIONS", "contrast", "distance"]

# What people see who lack one kind of cone, in linear RGB (Machado, Oliveira and Fernandes 2009).
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE = (0.95047, 1.0, 1.08883)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, ``#rrggbb`` each (WCAG 2.2)."""
    luminances = [_times(_XYZ, _linear(colour))[1] + 0.05 for colour in (one, other)]
    return max(luminances) / min(luminances)


def distance(one: str, other: str, vision: str) -> float:
    """Return how far apart two colours are (CIE 1976); 2 can be told apart side by side."""
    return math.dist(_lab(one, vision), _lab(other, vision))


def _linear(colour: str) -> list[float]:
    parts = [int(colour.strip()[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _lab(colour: str, vision: str) -> tuple[float, float, float]:
    seen = [min(1.0, max(0.0, part)) for part in _times(VISIONS[vision], _linear(colour))]
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (max(0.0, a) / b for a, b in zip(_times(_XYZ, seen), _WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
