"""Drawings of the demo's object classes: small RGBA images with one shape per class."""

from collections.abc import Callable

import cv2
import numpy as np

from foa360.demo.arrays import Image

Colour = tuple[int, int, int]

#: Side of a sprite in pixels; drawn at twice the size and reduced, for smooth edges.
SIZE = 128
_UNIT = 2 * SIZE / 100


class _Pen:
    """Draws filled shapes in a 100×100 system, y downwards, colour and opacity at once."""

    def __init__(self) -> None:
        self.image = np.zeros((2 * SIZE, 2 * SIZE, 4), np.uint8)

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        cv2.fillPoly(
            self.image, [np.round(np.array(points) * _UNIT).astype(np.int32)], (*colour, 255)
        )

    def ellipse(
        self, x: float, y: float, width: float, height: float, colour: Colour, angle: float = 0
    ) -> None:
        centre = (round(x * _UNIT), round(y * _UNIT))
        axes = (round(width / 2 * _UNIT), round(height / 2 * _UNIT))
        cv2.ellipse(self.image, centre, axes, angle, 0, 360, (*colour, 255), -1)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def finish(self) -> Image:
        return np.asarray(cv2.resize(self.image, (SIZE, SIZE), interpolation=cv2.INTER_AREA))


DARK: Colour = (30, 30, 36)
SKIN: Colour = (224, 172, 140)


def _person(pen: _Pen, colour: Colour, phase: float) -> None:
    swing = 7 * np.sin(2 * np.pi * phase)
    pen.polygon([(43, 60), (50, 60), (46 + swing, 98), (38 + swing, 98)], DARK)
    pen.polygon([(50, 60), (57, 60), (62 - swing, 98), (54 - swing, 98)], DARK)
    pen.polygon([(38, 30), (62, 30), (59, 64), (41, 64)], colour)
    pen.polygon([(38, 30), (43, 30), (36 - swing, 60), (30 - swing, 58)], colour)
    pen.polygon([(57, 30), (62, 30), (70 + swing, 58), (64 + swing, 60)], colour)
    pen.ellipse(50, 17, 20, 24, SKIN)
    pen.ellipse(50, 8, 21, 11, DARK)


def _car(pen: _Pen, colour: Colour, phase: float) -> None:
    bounce = np.sin(4 * np.pi * phase)
    pen.polygon([(22, 46), (34, 28), (66, 28), (80, 46)], colour)
    pen.polygon([(28, 45), (36, 32), (49, 32), (49, 45)], (190, 225, 240))
    pen.polygon([(52, 45), (52, 32), (64, 32), (73, 45)], (190, 225, 240))
    pen.box(4, 45, 96, 68 + bounce, colour)
    pen.box(90, 50, 96, 57, (255, 240, 150))
    for x in (24, 76):
        pen.ellipse(x, 68, 22, 22, DARK)
        pen.ellipse(x, 68, 9, 9, (190, 190, 190))


def _drum(pen: _Pen, colour: Colour, phase: float) -> None:
    stick = 14 * abs(np.sin(2 * np.pi * phase))
    pen.polygon([(14, 45), (86, 45), (80, 88), (20, 88)], colour)
    pen.ellipse(50, 88, 60, 14, colour)
    for x in (20, 40, 60):
        pen.polygon([(x, 48), (x + 3, 48), (x + 13, 90), (x + 10, 90)], (240, 220, 120))
    pen.ellipse(50, 45, 74, 24, (120, 70, 30))
    pen.ellipse(50, 44, 66, 18, (245, 240, 225))
    pen.polygon([(14, 12 + stick), (18, 9 + stick), (44, 42), (40, 44)], (150, 95, 45))
    pen.polygon([(86, 26 - stick), (82, 23 - stick), (56, 42), (60, 44)], (150, 95, 45))


def _bird(pen: _Pen, colour: Colour, phase: float) -> None:
    flap = 34 * np.sin(2 * np.pi * phase)
    pen.polygon([(44, 48), (58, 48), (26, 52 - flap), (12, 46 - 0.7 * flap)], colour)
    pen.polygon([(46, 48), (62, 48), (90, 46 - 0.7 * flap), (74, 52 - flap)], colour)
    pen.polygon([(38, 52), (8, 62), (12, 48)], DARK)
    pen.ellipse(50, 52, 40, 19, colour)
    pen.ellipse(69, 47, 17, 16, colour)
    pen.polygon([(76, 45), (88, 49), (76, 51)], (240, 160, 30))
    pen.ellipse(71, 45, 3, 3, DARK)


def _dog(pen: _Pen, colour: Colour, phase: float) -> None:
    wag = 10 * np.sin(4 * np.pi * phase)
    pen.polygon([(16, 46), (22, 46), (8 + wag, 20), (4 + wag, 23)], colour)
    for x in (20, 30, 60, 70):
        pen.box(x, 60, x + 8, 92, colour)
    pen.ellipse(46, 54, 66, 28, colour)
    pen.ellipse(80, 36, 28, 26, colour)
    pen.ellipse(93, 41, 16, 12, colour)
    pen.ellipse(99, 39, 5, 5, DARK)
    pen.ellipse(72, 36, 11, 25, DARK, 15)
    pen.ellipse(84, 32, 4, 4, DARK)


def _bell(pen: _Pen, colour: Colour, phase: float) -> None:
    swing = 8 * np.sin(2 * np.pi * phase)
    pen.box(6, 2, 94, 9, (100, 60, 30))
    pen.box(46, 9, 54, 20, (80, 80, 80))
    pen.ellipse(50, 30, 34, 30, colour)
    pen.polygon([(33, 30), (67, 30), (74, 66), (88, 80), (12, 80), (26, 66)], colour)
    pen.box(10, 78, 90, 85, (150, 110, 30))
    pen.ellipse(50 + swing, 90, 13, 13, DARK)


#: Drawing of each class and its possible colours.
DRAWINGS: dict[str, tuple[Callable[[_Pen, Colour, float], None], list[Colour]]] = {
    "person": (_person, [(200, 60, 60), (60, 90, 200), (250, 250, 250), (120, 60, 160)]),
    "car": (_car, [(210, 30, 40), (30, 80, 190), (240, 240, 245), (250, 190, 40)]),
    "drum": (_drum, [(190, 30, 60), (20, 120, 110), (90, 50, 150), (30, 30, 120)]),
    "bird": (_bird, [(90, 60, 40), (40, 90, 190), (240, 240, 240), (60, 60, 70)]),
    "dog": (_dog, [(150, 95, 50), (90, 80, 75), (215, 185, 140), (245, 240, 235)]),
    "bell": (_bell, [(220, 175, 50), (200, 140, 60), (180, 180, 190), (235, 200, 90)]),
}


def draw_sprite(label: str, colour: int, phase: float) -> Image:
    """Draw a class in one of its colours at a phase of its motion, `(SIZE, SIZE, 4)` RGBA."""
    draw, colours = DRAWINGS[label]
    pen = _Pen()
    draw(pen, colours[colour % len(colours)], phase)
    return pen.finish()
