import numpy as np
import pytest

from platekeeper.recognition import Engine, open_engine
from platekeeper.recognition.results import PlateRegion
from platekeeper.recognition.vehicle import NAMES, colour_of, colour_told, named
from tests.recognition.drawn import plate, street

REGION = PlateRegion(((210.0, 260.0), (430.0, 260.0), (430.0, 320.0), (210.0, 320.0)), 0.9)
PAINTS = {
    "red": (40, 30, 190),
    "blue": (180, 90, 30),
    "green": (60, 130, 40),
    "yellow": (30, 200, 220),
    "white": (225, 228, 230),
    "gray": (120, 122, 125),
    "black": (28, 26, 25),
}

PINK = (0.85, 0.6, 1.0)
"""The cast of a camera that sees infra-red at dusk: what is white seems pink."""


def car(paint: tuple[int, int, int]) -> np.ndarray:
    scene = street() + np.uint8(40)
    scene[60:340, 150:490] = paint
    scene[340:] = 12
    scene[260:320, 210:430] = plate("8ABC123")
    return scene


class TestColourOf:
    def test_tells_none_by_night(self) -> None:
        assert colour_of((car(PAINTS["red"]) * 0.12).astype(np.uint8), REGION) is None

    def test_tells_none_in_coloured_light(self) -> None:
        red_light = (car(PAINTS["white"]) * (0.35, 0.35, 1.0)).astype(np.uint8)

        assert colour_of(red_light, REGION) is None

    def test_tells_neither_white_nor_gray_nor_red_in_coloured_light(self) -> None:
        for name in ("white", "gray", "red"):
            assert colour_of((car(PAINTS[name]) * PINK).astype(np.uint8), REGION) is None

    @pytest.mark.parametrize("name", ["black", "yellow", "green", "blue"])
    def test_tells_black_and_strong_colours_in_coloured_light_by_the_plate(self, name: str) -> None:
        told = colour_of((car(PAINTS[name]) * PINK).astype(np.uint8), REGION)

        assert told is not None
        assert told.name == name

    def test_tells_none_in_coloured_light_that_is_dim(self) -> None:
        assert colour_of((car(PAINTS["black"]) * PINK * 0.5).astype(np.uint8), REGION) is None

    def test_tells_none_without_bodywork_in_the_picture(self) -> None:
        assert (
            colour_of(car(PAINTS["red"])[240:], PlateRegion(((210, 20), (430, 20), (430, 80), (210, 80)), 1))
            is None
        )

    def test_tells_none_where_no_colour_has_a_clear_share(self) -> None:
        scene = car(PAINTS["white"])
        scene[60:260, 210:280] = PAINTS["black"]
        scene[60:260, 280:350] = PAINTS["green"]

        assert colour_of(scene, REGION) is None

    @pytest.mark.parametrize("name", PAINTS)
    def test_tells_the_paint(self, name: str) -> None:
        told = colour_of(car(PAINTS[name]), REGION)

        assert told is not None
        assert told.name == name
        assert told.confidence > 0.9
        assert colour_told(car(PAINTS[name]), REGION) == {"color": name}

    def test_refuses_what_is_no_bgr_frame(self) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            colour_of(np.zeros((4, 4), np.uint8), REGION)


class TestNamed:
    def test_names_every_hue(self) -> None:
        wheel = np.array(
            [[[0, 0, 200], [0, 100, 200], [0, 200, 200], [0, 200, 0], [200, 0, 0], [200, 0, 150]]], np.uint8
        )

        assert [NAMES[at] for at in named(wheel)[0]] == ["red", "orange", "yellow", "green", "blue", "purple"]


class TestEngine:
    def test_tells_no_vehicle_unless_asked(self, text_engine: Engine) -> None:
        asked = open_engine("rapidocr", threads=1, vehicle=True)

        assert [dict(found.vehicle) for found in text_engine.recognize(car(PAINTS["blue"]))] == [{}]
        assert [dict(found.vehicle) for found in asked.recognize(car(PAINTS["blue"]))] == [{"color": "blue"}]
