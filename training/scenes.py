"""Street scenes for the demonstration: made-up cars with made-up plates, drawn, never photographed.

Every picture is decided by its row in `SCENES` and one seed. A small caption says that it is rendered,
which is also something a reader must not take for a plate.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.dies import Cut, Die, cut_die
from training.lettering import Picture, colour, write
from training.plates import draw_plate
from training.styles import CALIFORNIA, OTHER_STATES, Style

WIDTH, HEIGHT = 1280, 720
CAPTION = "rendered scene"
_SEED = 20240
_DEMO_CUT = Cut(0.49, 0.135, 0.47, 0.85, True, 0.0, 0.6, 1.08, 0.95, 0.0)


@dataclass(frozen=True)
class Car:
    """A car from behind: plate as its format writes it, plate width and centre in pixels, paint, skew."""

    plate: str
    region: str
    width_px: int
    x: int
    paint: str = "8A8F94"
    body: str = "sedan"
    skew: float = 0.0
    roll: float = 0.0
    variant: str = "passenger"


@dataclass(frozen=True)
class Scene:
    """One picture: its file, the time of day (day, dusk or night) and the cars in it."""

    file: str
    time: str
    cars: tuple[Car, ...]


def _one(file: str, time: str, *cars: Car) -> Scene:
    return Scene(file + ".jpg", time, cars)


SCENES = (
    _one("01-main-street", "day", Car("8ABD017", "US-CA", 150, 640, "C3C6C9")),
    _one("02-main-street", "day", Car("8A8D017", "US-CA", 150, 620, "2F4A77", "suv", variant="special")),
    _one("03-harbor-drive", "day", Car("7KLM392", "US-CA", 132, 560, "7C1F2A")),
    _one("04-harbor-drive", "day", Car("7KLM392", "US-CA", 110, 760, "7C1F2A", skew=0.12)),
    _one("05-second-avenue", "dusk", Car("7KLM392", "US-CA", 140, 600, "7C1F2A")),
    _one("06-second-avenue", "night", Car("7KLM392", "US-CA", 125, 680, "7C1F2A")),
    _one(
        "07-orchard-road",
        "day",
        Car("9GTR554", "US-CA", 128, 380, "DADCDD", "suv"),
        Car("6WXN208", "US-CA", 104, 930, "1C1E22"),
    ),
    _one(
        "08-orchard-road",
        "dusk",
        Car("8PJF731", "US-CA", 120, 360, "3B5B45"),
        Car("KDR-4471", "US-VA", 112, 920, "A8ABAE", "suv", variant=""),
    ),
    _one("09-empty-street", "day"),
    _one("10-mission-way", "day", Car("42718H2", "US-CA", 160, 640, "F0F0EE", "van", variant="commercial")),
    _one("11-mission-way", "day", Car("5TYU660", "US-CA", 68, 700, "6C7074")),
    _one("12-foothill-lane", "day", Car("9CVB138", "US-CA", 74, 520, "C9A13D", skew=0.22, roll=4.0)),
    _one("13-foothill-lane", "dusk", Car("7HJK825", "US-CA", 78, 760, "274060", "suv", skew=-0.2, roll=-3.0)),
    _one("14-canal-street", "night", Car("6NPR947", "US-CA", 150, 640, "22262B")),
    _one("15-canal-street", "night", Car("8DFG263", "US-CA", 118, 540, "5A5F63", "suv", skew=0.1)),
    _one("16-canal-street", "night", Car("9BST406", "US-CA", 80, 720, "91969A")),
    _one("17-station-plaza", "day", Car("SEA*4T", "US-CA", 155, 640, "20639B", variant="special")),
    _one("18-station-plaza", "day", Car("PKR-5182", "US-TX", 146, 600, "EDEDEB", "van", variant="")),
    _one("19-library-square", "dusk", Car("8XYZ319", "US-CA", 170, 660, "44484C")),
    _one("20-library-square", "day", Car("412*VKD", "US-OR", 138, 620, "6E2F58", "suv", variant="")),
    _one("21-bay-crossing", "day", Car("629 RHW", "US-CA", 148, 640, "101215", variant="legacy black")),
    _one("22-bay-crossing", "day", Car("BCN61K8", "US-CA", 142, 610, "D8D9DA", variant="temporary")),
    _one("23-cedar-court", "dusk", Car("9LMN570", "US-CA", 95, 700, "8C6A4A", roll=2.0)),
    _one("24-cedar-court", "day", Car("8RSV246", "US-CA", 190, 640, "31506E", "suv")),
)


def draw_scene(scene: Scene, seed: int = _SEED) -> Picture:
    """Draw one scene, BGR, 1280 x 720; the same seed gives the same pixels."""
    rng = np.random.default_rng([seed, *scene.file.encode()])
    picture = _street(rng)
    for car in sorted(scene.cars, key=lambda c: c.width_px):
        _draw_car(np.random.default_rng([seed, *car.paint.encode()]), picture, car, scene.time)
    picture = _at(scene, picture, rng)
    caption = np.full(3, 200.0, np.float32)
    write(picture, CAPTION, "sans", caption, (84, HEIGHT - 16, 150, 13))
    return picture


def write_scenes(folder: Path, seed: int = _SEED) -> list[dict[str, object]]:
    """Write every scene as a JPEG beside `scenes.json`.

    Args:
        folder: made where it is missing.
        seed: decides every pixel.

    Returns:
        The rows of scenes.json: file, plate (A-Z0-9 or null), region, time, width_px; one row a car.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        quality = [cv2.IMWRITE_JPEG_QUALITY, 85]
        cv2.imwrite(str(folder / scene.file), draw_scene(scene, seed), quality)
    rows = [row for scene in SCENES for row in _rows(scene)]
    (folder / "scenes.json").write_text(json.dumps(rows, indent=1) + "\n")
    return rows


def empty_streets(rng: np.random.Generator, count: int) -> list[NDArray[np.uint8]]:
    """Draw streets with cars that carry no plate, grey, as backgrounds for the finder."""
    streets = []
    for _ in range(count):
        picture = _street(rng)
        for _ in range(int(rng.integers(0, 4))):
            paint = "".join(f"{v:02X}" for v in rng.integers(5, 245, 3))
            body = str(rng.choice(["sedan", "suv", "van"]))
            width, x, skew = (
                int(rng.integers(50, 170)),
                int(rng.integers(100, WIDTH - 100)),
                float(rng.normal(0, 0.15)),
            )
            _draw_car(rng, picture, Car("", "US-CA", width, x, paint, body, skew), "day")
        streets.append(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8))
    return streets


def _rows(scene: Scene) -> list[dict[str, object]]:
    if not scene.cars:
        return [{"file": scene.file, "plate": None, "region": None, "time": scene.time, "width_px": None}]
    return [
        {
            "file": scene.file,
            "plate": "".join(c for c in car.plate if c.isalnum()),
            "region": car.region,
            "time": scene.time,
            "width_px": car.width_px,
        }
        for car in scene.cars
    ]


def _street(rng: np.random.Generator) -> Picture:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    horizon = int(rng.integers(250, 290))
    ramp = np.linspace(0, 1, horizon)[:, None, None]
    picture[:horizon] = colour("7FA9D3") * (1 - ramp) + colour("DCE6EC") * ramp
    ground = np.linspace(0, 1, HEIGHT - horizon)[:, None, None]
    picture[horizon:] = colour("7C7C7A") * (1 - ground) + colour("55565A") * ground
    canvas = picture.astype(np.uint8)
    _buildings(rng, canvas, horizon)
    middle = WIDTH // 2 + int(rng.integers(-60, 60))
    for side in (-1, 1):
        kerb = [
            (middle + side * 150, horizon),
            (middle + side * 1400, HEIGHT),
            (middle + side * 2600, HEIGHT),
            (middle + side * 2600, horizon),
        ]
        cv2.fillPoly(canvas, [np.array(kerb, np.int32)], _tone("9A978F"), cv2.LINE_AA)
        edge = [
            (middle + side * 150, horizon),
            (middle + side * 1400, HEIGHT),
            (middle + side * 1450, HEIGHT),
            (middle + side * 154, horizon),
        ]
        cv2.fillPoly(canvas, [np.array(edge, np.int32)], _tone("C9C6BC"), cv2.LINE_AA)
    for near, far in ((0.05, 0.12), (0.2, 0.34), (0.5, 0.8)):
        y0, y1 = horizon + near * (HEIGHT - horizon), horizon + far * (HEIGHT - horizon)
        dash = [
            (middle - 14 * near - 1, y0),
            (middle + 14 * near + 1, y0),
            (middle + 14 * far + 1, y1),
            (middle - 14 * far - 1, y1),
        ]
        cv2.fillPoly(canvas, [np.array(dash, np.int32)], _tone("D8D4C4"), cv2.LINE_AA)
    _trees(rng, canvas, horizon)
    return canvas


def _tone(code: str) -> tuple[int, int, int]:
    b, g, r = (int(v) for v in colour(code))
    return b, g, r


def _buildings(rng: np.random.Generator, canvas: Picture, horizon: int) -> None:
    x = -20
    while x < WIDTH:
        width, top = int(rng.integers(90, 230)), horizon - int(rng.integers(60, 220))
        wall = colour(str(rng.choice(["B9A48C", "9C8C84", "C7BDAA", "8D979C", "A8735C", "D1CBBE"])))
        cv2.rectangle(canvas, (x, top), (x + width, horizon + 6), [int(v) for v in wall], -1)
        cv2.rectangle(canvas, (x, top), (x + width, top + 7), [int(v * 0.75) for v in wall], -1)
        step_x, step_y = int(rng.integers(24, 40)), int(rng.integers(28, 44))
        glass = [int(v) for v in colour(str(rng.choice(["3F4E5C", "57697A", "2F3740"])))]
        for wx in range(x + 10, x + width - 18, step_x):
            for wy in range(top + 16, horizon - 22, step_y):
                cv2.rectangle(canvas, (wx, wy), (wx + step_x // 2, wy + step_y // 2), glass, -1)
        x += width + int(rng.integers(0, 30))


def _trees(rng: np.random.Generator, canvas: Picture, horizon: int) -> None:
    for x in rng.choice([60, 190, 1050, 1210], 3, replace=False):
        cv2.rectangle(canvas, (int(x) - 6, horizon - 60), (int(x) + 6, horizon + 60), _tone("5A4632"), -1)
        for _ in range(40):
            centre = (int(x + rng.normal(0, 34)), int(horizon - 100 + rng.normal(0, 30)))
            green = colour("4C6B3A") * rng.uniform(0.6, 1.2)
            cv2.circle(
                canvas,
                centre,
                int(rng.integers(8, 22)),
                [int(v) for v in np.clip(green, 0, 255)],
                -1,
                cv2.LINE_AA,
            )


def _draw_car(rng: np.random.Generator, picture: Picture, car: Car, time: str) -> None:
    unit = car.width_px / 12.0
    wide, tall = 72.0, {"sedan": 52.0, "suv": 60.0, "van": 74.0}[car.body]
    size = (int(wide * unit), int(tall * unit))
    layer, alpha = _car_from_behind(rng, car, size, unit, time)
    shift = car.skew * 0.18
    roll = np.deg2rad(car.roll * 0.35)
    far = 1 - abs(car.skew) * 0.35
    left, right = (1.0, far) if car.skew > 0 else (far, 1.0)
    w, h = size
    corners = np.array(
        [
            [0, h * (1 - left) / 2],
            [w * (1 - abs(shift)), h * (1 - right) / 2],
            [w * (1 - abs(shift)), h * (1 + right) / 2],
            [0, h * (1 + left) / 2],
        ]
    )
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    corners = (corners - (w / 2, h / 2)) @ turn.T + (car.x, min(HEIGHT - h * 0.47, 300 + h * 0.42))
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    moved = cv2.warpPerspective(layer, warp, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    share = cv2.warpPerspective(alpha, warp, (WIDTH, HEIGHT))[..., None].astype(np.float32) / 255
    _shadow(picture, corners)
    picture[:] = picture + (moved.astype(np.float32) - picture) * share


def _shadow(picture: Picture, corners: NDArray[np.float64]) -> None:
    dark = np.zeros(picture.shape[:2], np.float32)
    (x0, _), (x1, y1) = corners[3], corners[2]
    cv2.ellipse(
        dark,
        (int((x0 + x1) / 2), int(y1) - 4),
        (int((x1 - x0) * 0.52), max(8, int((x1 - x0) * 0.06))),
        0,
        0,
        360,
        0.65,
        -1,
    )
    picture[:] = picture * (1 - cv2.GaussianBlur(dark, (0, 0), 9))[..., None]


def _car_from_behind(
    rng: np.random.Generator, car: Car, size: tuple[int, int], unit: float, time: str
) -> tuple[Picture, Picture]:
    w, h = size
    layer, alpha = np.zeros((h, w, 3), np.uint8), np.zeros((h, w), np.uint8)
    paint = colour(car.paint)
    belt = 0.42 if car.body == "sedan" else 0.36

    def fill(points: list[tuple[float, float]], tone: NDArray[np.float32], solid: bool = False) -> None:
        pixels = np.array([(x * w * 16, y * h * 16) for x, y in points], np.int32)
        cv2.fillPoly(layer, [pixels], [float(v) for v in np.clip(tone, 0, 255)], cv2.LINE_AA, 4)
        if solid:
            cv2.fillPoly(alpha, [pixels], 255, cv2.LINE_AA, 4)

    for x in (0.1, 0.74):
        fill([(x, 0.78), (x + 0.16, 0.78), (x + 0.15, 1), (x + 0.01, 1)], colour("17181A"), solid=True)
    lean = 0.2 if car.body == "sedan" else 0.11
    cabin = [
        (0.06, belt),
        (lean, 0.05),
        (lean + 0.05, 0.015),
        (0.95 - lean, 0.015),
        (1 - lean, 0.05),
        (0.94, belt),
    ]
    fill(cabin, paint * 0.9, solid=True)
    fill(
        [
            (0.05, belt),
            (0.95, belt),
            (0.985, 0.55),
            (0.985, 0.82),
            (0.94, 0.9),
            (0.06, 0.9),
            (0.015, 0.82),
            (0.015, 0.55),
        ],
        paint,
        solid=True,
    )
    _shade(layer, alpha, belt)
    if time == "night":
        layer[:] = (layer * 0.55).astype(np.uint8)
    glass = colour("2A333B")
    fill([(0.13, belt - 0.03), (lean + 0.03, 0.08), (0.97 - lean, 0.08), (0.87, belt - 0.03)], glass)
    fill([(0.2, belt - 0.03), (lean + 0.1, 0.08), (lean + 0.2, 0.08), (0.36, belt - 0.03)], glass * 1.5)
    lamp = colour("C2161C") if time != "dusk" else colour("FF3A34")
    for x0, x1 in ((0.03, 0.17), (0.83, 0.97)):
        fill([(x0, 0.5), (x1, 0.51), (x1, 0.61), (x0, 0.62)], lamp)
        fill([(x0 + 0.01, 0.575), (x1 - 0.01, 0.575), (x1 - 0.01, 0.6), (x0 + 0.01, 0.605)], colour("E9D9CF"))
    fill([(0.02, 0.79), (0.98, 0.79), (0.95, 0.9), (0.05, 0.9)], paint * 0.35)
    fill([(0.03, 0.455), (0.97, 0.455), (0.97, 0.465), (0.03, 0.465)], paint * 0.6)
    half_w, half_h = 7.0 * unit / w, 4.2 * unit / h
    middle = 0.665 if car.body != "van" else 0.7
    fill(
        [
            (0.5 - half_w, middle - half_h),
            (0.5 + half_w, middle - half_h),
            (0.5 + half_w * 0.95, middle + half_h),
            (0.5 - half_w * 0.95, middle + half_h),
        ],
        paint * 0.55,
    )
    if car.plate:
        _mount(rng, layer, car, unit=unit, middle=middle, time=time)
    return layer, alpha


def _shade(layer: Picture, alpha: Picture, belt: float) -> None:
    h, w = alpha.shape
    y = np.linspace(0, 1, h)[:, None]
    light = 1.12 - 0.45 * np.abs(y - belt) - 0.35 * np.clip(y - 0.62, 0, 1)
    light = light * (1 - 0.35 * np.abs(np.linspace(-1, 1, w))[None] ** 4)
    layer[:] = np.clip(layer * light[..., None], 0, 255)


def _style(car: Car) -> Style:
    styles = [s for s in CALIFORNIA + OTHER_STATES if s.region == car.region and s.variant == car.variant]
    if not styles:
        raise ValueError(f"No plate style {car.region} {car.variant!r}: see styles.py.")
    return styles[0]


def _mount(
    rng: np.random.Generator, layer: Picture, car: Car, *, unit: float, middle: float, time: str
) -> None:
    plate_px = round(12 * unit)
    plate = draw_plate(rng, _demo_die(), _style(car), car.plate, height=192, clutter=0.12)
    small = cv2.resize(plate.picture, (plate_px, plate_px // 2), interpolation=cv2.INTER_AREA)
    if time == "night":
        small = np.clip(small.astype(np.float32) * 1.5 + 15, 0, 255).astype(np.uint8)
    x, y = layer.shape[1] // 2 - plate_px // 2, int(layer.shape[0] * middle) - plate_px // 4
    layer[y : y + small.shape[0], x : x + small.shape[1]] = small


def _demo_die() -> Die:
    return cut_die(np.random.default_rng(5), "demonstration", _DEMO_CUT)


def _at(scene: Scene, picture: Picture, rng: np.random.Generator) -> Picture:
    light = picture.astype(np.float32)
    y = np.linspace(0, 1, HEIGHT)[:, None, None]
    if scene.time == "dusk":
        light = light * np.array([0.6, 0.52, 0.56]) + (1 - y) * np.array([26, 20, 34])
    elif scene.time == "night":
        grey = light @ np.array([0.1, 0.3, 0.6])
        xs, ys = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
        beam = 0.22 + 0.75 * np.exp(-2.2 * (xs**2 + (ys - 0.25) ** 2))
        light = np.repeat((grey * beam)[..., None], 3, axis=2)
    texture = (
        cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 1.2)[..., None] * 3
    )
    noise = rng.normal(0, {"day": 1.6, "dusk": 2.4, "night": 3.5}[scene.time], (HEIGHT, WIDTH, 1))
    soft = cv2.GaussianBlur(np.clip(light, 0, 255), (0, 0), 0.7)
    return np.clip(soft + texture + noise, 0, 255).astype(np.uint8)
