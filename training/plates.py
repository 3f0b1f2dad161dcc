"""Draw one plate, flat and clean: field, scenery, serial, wording, stickers, bolts, rim and dealer frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.dies import Die, Mask, cut_die, random_cut, state_cut
from training.fonts import font_die, font_files
from training.lettering import Picture, blend, colour, write
from training.marks import emblem, mark, stacked
from training.serials import fill, letters_and_digits, noise, personal, with_bars
from training.specimens import SPECIMENS, cut_specimen
from training.styles import BRAZIL, CALIFORNIA, EUROPE, OTHER_STATES, Style

Ink = NDArray[np.float32]


@dataclass(frozen=True)
class Plate:
    """A drawn plate: BGR picture of exactly the plate, text (A-Z0-9), region, its style's variant."""

    picture: Picture
    text: str
    region: str
    variant: str


@dataclass(frozen=True)
class Mix:
    """How often what is drawn: regions, serials and dies, each adding up to one."""

    california: float = 0.28
    other_states: float = 0.34
    europe: float = 0.22
    brazil: float = 0.16
    personal: float = 0.10
    noise: float = 0.05
    specimens: float = 0.35
    state_dies: float = 0.50
    random_dies: float = 0.35


class Foundry:
    """A stock of dies that slowly renews itself, so that memory stays bounded and typefaces never end.

    Args:
        rng: decides every die.
        stock: how many dies of each sort are kept.
    """

    def __init__(self, rng: np.random.Generator, stock: int = 150) -> None:
        self._rng = rng
        self._state = [cut_die(rng, "state", state_cut(rng)) for _ in range(stock)]
        self._random = [cut_die(rng, "random", random_cut(rng)) for _ in range(stock)]
        few = max(2, stock // 15)
        self._specimens = {r: [cut_specimen(rng, r) for _ in range(few)] for r in SPECIMENS}
        files = font_files()
        chosen = [files[i] for i in rng.permutation(len(files))[: max(8, stock // 3)]]
        self._fonts = [font_die(file, float(rng.uniform(0.7, 1.1))) for file in chosen]

    def die(self, rng: np.random.Generator, mix: Mix, style: Style | None = None) -> Die:
        """Draw a die from the stock; once in a while one is cast anew. Europe's dies are more like fonts."""
        if rng.random() < 0.01:
            self._renew(rng)
        roll = rng.random() * (1.35 if style and style.kind == "eu" else 1.0)
        if style and style.region in self._specimens and roll < mix.specimens:
            stock = self._specimens[style.region]
            return stock[rng.integers(len(stock))]
        if roll < mix.state_dies:
            return self._state[rng.integers(len(self._state))]
        if roll < mix.state_dies + mix.random_dies or not self._fonts:  # what is left are fonts
            return self._random[rng.integers(len(self._random))]
        return self._fonts[rng.integers(len(self._fonts))]

    def _renew(self, rng: np.random.Generator) -> None:
        region = str(rng.choice(list(SPECIMENS)))
        stock = self._specimens[region]
        stock[rng.integers(len(stock))] = cut_specimen(rng, region)
        self._state[rng.integers(len(self._state))] = cut_die(rng, "state", state_cut(rng))
        self._random[rng.integers(len(self._random))] = cut_die(rng, "random", random_cut(rng))


def choose_style(rng: np.random.Generator, mix: Mix) -> Style:
    """Draw a plate style by the mix's regions and the styles' weights."""
    groups = (CALIFORNIA, OTHER_STATES, EUROPE, BRAZIL)
    shares = np.array([mix.california, mix.other_states, mix.europe, mix.brazil])
    group = groups[rng.choice(len(groups), p=shares / shares.sum())]
    weights = np.array([s.weight for s in group])
    style = group[rng.choice(len(group), p=weights / weights.sum())]
    if style.kind == "us" and rng.random() < 0.12:
        style = _odd(style, rng)
    return style


def _odd(style: Style, rng: np.random.Generator) -> Style:
    top, ink = rng.integers(0, 256, 3), rng.integers(0, 256, 3)
    if abs(int(top.sum()) - int(ink.sum())) < 200:
        ink = np.clip(top.astype(int) + (140 if top.sum() < 380 else -140), 0, 255)
    texts = ["".join(f"{int(v):02X}" for v in c) for c in (top, ink)]
    return replace(
        style, top=texts[0], bottom=texts[0], ink=texts[1], name_ink=texts[1], scenery=rng.random() < 0.6
    )


def choose_serial(style: Style, rng: np.random.Generator, mix: Mix) -> str:
    """Draw a serial for a style: mostly its format, sometimes personal wording or noise."""
    roll = rng.random()
    if roll < mix.noise:
        return noise(rng)
    if roll < mix.noise + mix.personal and style.kind == "us":
        return personal(rng)
    # Europe and Brazil issue I and O as often as other letters.
    serial = fill(str(rng.choice(style.formats)), rng, 0.025 if style.kind == "us" else 0.18)
    # Europe's narrow I between wide letters is what is lost most often.
    barred = 0.12 if style.kind == "us" else 0.25
    return with_bars(serial, rng, letters=style.kind != "us") if rng.random() < barred else serial


def draw_plate(
    rng: np.random.Generator, die: Die, style: Style, serial: str, *, height: int = 96, clutter: float = 1.0
) -> Plate:
    """Draw a plate.

    Args:
        rng: decides every detail.
        die: cuts the serial's characters.
        style: colours, wording, layout.
        serial: as `serials.fill` writes it, marks included.
        height: of the picture, pixels.
        clutter: 0..1, how likely stickers, frames, emblems and dirt are.

    Returns:
        The plate; its picture is `height` high and `style.aspect` times as wide.
    """
    width = round(height * style.aspect * float(rng.uniform(0.97, 1.03)))
    picture = _field(rng, style, width, height)
    ink = np.clip(colour(style.ink) + rng.normal(0, 14, 3), 0, 255).astype(np.float32)
    area = {"us": _us_wording, "eu": _eu_wording, "br": _br_wording}[style.kind](rng, picture, style, clutter)
    _serial(rng, picture, die, serial, ink=ink, area=area, clutter=clutter)
    _hardware(rng, picture, clutter, style.kind)
    return Plate(picture, letters_and_digits(serial), style.region, style.variant)


def _field(rng: np.random.Generator, style: Style, width: int, height: int) -> Picture:
    top, bottom = (colour(c) + rng.normal(0, 6, 3) for c in (style.top, style.bottom))
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    if style.variant == "bands":
        ramp = (np.abs(ramp - 0.5) < 0.28).astype(np.float32)
    rows = top + (bottom - top) * ramp
    picture = np.clip(np.broadcast_to(rows, (height, width, 3)), 0, 255).astype(np.uint8)
    if style.scenery or rng.random() < 0.04:
        _scenery(rng, picture)
    return picture


def _scenery(rng: np.random.Generator, picture: Picture) -> None:
    height, width = picture.shape[:2]
    layer = picture.copy()
    for _ in range(int(rng.integers(1, 5))):
        tone = [int(v) for v in rng.integers(0, 256, 3)]
        if rng.random() < 0.5:
            y = rng.uniform(0.3, 1.0) * height
            ridge = [
                (x, y + rng.normal(0, 0.1) * height) for x in np.linspace(0, width, int(rng.integers(4, 10)))
            ]
            points = np.array([*ridge, (width, height), (0, height)], np.int32)
            cv2.fillPoly(layer, [points], tone)
        else:
            centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
            axes = (int(rng.uniform(0.05, 0.5) * height), int(rng.uniform(0.05, 0.5) * height))
            cv2.ellipse(layer, centre, axes, float(rng.uniform(0, 180)), 0, 360, tone, -1)
    if rng.random() < 0.5:
        layer = cv2.GaussianBlur(layer, (0, 0), height / 30)
    alpha = float(rng.uniform(0.08, 0.45))
    cv2.addWeighted(layer, alpha, picture, 1 - alpha, 0, dst=picture)


Area = tuple[float, float, float, float]


def _us_wording(rng: np.random.Generator, picture: Picture, style: Style, clutter: float) -> Area:
    height, width = picture.shape[:2]
    name_ink = colour(style.name_ink)
    kind = style.font if rng.random() < 0.8 else str(rng.choice(["sans", "serif", "narrow"]))
    if style.name and rng.random() < 0.95:
        size = height * rng.uniform(0.1, 0.17)
        write(
            picture,
            style.name,
            kind,
            name_ink,
            (width / 2, height * rng.uniform(0.12, 0.16), width * 0.6, size),
        )
    if style.slogan and rng.random() < 0.9:
        size = height * rng.uniform(0.06, 0.11)
        write(
            picture,
            style.slogan,
            "sans",
            name_ink,
            (width / 2, height * rng.uniform(0.88, 0.93), width * 0.7, size),
        )
    if rng.random() < 0.75 * clutter:
        _stickers(rng, picture)
    tall = rng.uniform(0.43, 0.54)
    return (
        width * rng.uniform(0.03, 0.09),
        height * (0.53 - tall / 2 + rng.normal(0, 0.012)),
        width,
        height * tall,
    )


def _stickers(rng: np.random.Generator, picture: Picture) -> None:
    height, width = picture.shape[:2]
    y = height * (0.13 if rng.random() < 0.85 else 0.88)
    for x in (0.1, 0.9) if rng.random() < 0.6 else (float(rng.choice([0.1, 0.9])),):
        half_w, half_h = width * rng.uniform(0.045, 0.08), height * rng.uniform(0.07, 0.12)
        centre = width * (x + rng.normal(0, 0.01))
        tone = [int(v) for v in rng.integers(0, 256, 3)]
        corner = (int(centre - half_w), int(y - half_h))
        cv2.rectangle(picture, corner, (int(centre + half_w), int(y + half_h)), tone, -1)
        text = str(
            rng.choice(["JAN", "FEB", "MAR", "JUN", "SEP", "DEC", "21", "24", "2026", "5", "11", "27"])
        )
        dark = np.full(3, 20 if sum(tone) > 330 else 235, np.float32)
        write(picture, text, "sans", dark, (centre, y, half_w * 1.7, half_h * rng.uniform(0.7, 1.3)))


def _eu_wording(rng: np.random.Generator, picture: Picture, _: Style, clutter: float) -> Area:
    height, width = picture.shape[:2]
    left = width * 0.02
    if rng.random() < 0.85:
        left = width * rng.uniform(0.085, 0.11)
        picture[:, : int(left * 0.85)] = colour("1E3F9A") + rng.normal(0, 10)
        letters = str(
            rng.choice(
                ["D", "F", "I", "E", "RO", "PL", "NL", "A", "B", "CZ", "SK", "H", "EST", "P", "HR", "S"]
            )
        )
        write(
            picture,
            letters,
            "sans",
            np.full(3, 240, np.float32),
            (left * 0.42, height * 0.76, left * 0.5, height * 0.2),
        )
        cv2.circle(
            picture, (int(left * 0.42), int(height * 0.32)), max(2, int(left * 0.2)), (40, 200, 230), 1
        )
    right = width
    if rng.random() < 0.2 * clutter:
        right = width * 0.92
        picture[:, int(right) :] = colour("1E3F9A")
    tall = rng.uniform(0.62, 0.76)
    return (
        left + width * rng.uniform(0.008, 0.03),
        height * (0.5 - tall / 2),
        right * 2 - width,
        height * tall,
    )


def _br_wording(rng: np.random.Generator, picture: Picture, style: Style, clutter: float) -> Area:
    height, width = picture.shape[:2]
    if style.variant == "mercosur":
        picture[: int(height * 0.23)] = colour("1B3C92") + rng.normal(0, 8)
        box = (width / 2, height * 0.115, width * 0.5, height * 0.13)
        write(picture, style.name, "sans", np.full(3, 240, np.float32), box)
        if rng.random() < 0.7:
            write(
                picture,
                "BR",
                "sans",
                np.full(3, 20, np.float32),
                (width * 0.05, height * 0.88, width, height * 0.13),
            )
    else:
        box = (width / 2, height * 0.13, width * 0.6, height * 0.12)
        write(picture, style.name, "sans", colour(style.ink), box)
        if rng.random() < 0.5 * clutter:
            cv2.line(
                picture,
                (0, int(height * 0.22)),
                (width, int(height * 0.22)),
                [int(v) for v in colour(style.ink)],
                1,
            )
    tall = rng.uniform(0.52, 0.64)
    return (width * rng.uniform(0.03, 0.07), height * (0.6 - tall / 2), width, height * tall)


def _serial(
    rng: np.random.Generator, picture: Picture, die: Die, serial: str, *, ink: Ink, area: Area, clutter: float
) -> None:
    left, top, right, tall = area
    height, width = picture.shape[:2]
    spacing = tall * rng.uniform(0.05, 0.2)
    pieces, extras = _pieces(rng, die, serial, clutter)
    widths = [m.shape[1] / m.shape[0] * tall * s for m, s in pieces]
    natural = sum(widths) + spacing * (len(pieces) - 1)
    room = (right - left) - left if right >= width else right - left
    stretch = min(rng.uniform(0.95, 1.25), room / natural) if natural else 1.0
    x = left + (room - natural * stretch) * (0.5 + rng.normal(0, 0.04))
    band = np.zeros((height, width), np.uint8)
    blanks = np.zeros_like(band)
    for i, ((mask, _), across) in enumerate(zip(pieces, widths, strict=True)):
        size = (max(1, round(across * stretch)), max(2, round(tall)))
        glyph = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        y0, x0 = max(0, round(top)), max(0, round(x))
        target = blanks if i in extras else band
        part = target[y0 : y0 + size[1], x0 : x0 + size[0]]
        np.maximum(part, glyph[: part.shape[0], : part.shape[1]], out=part)
        x += (across + spacing) * stretch
    _ink_in(rng, picture, band, ink, clutter)
    if extras:
        blend(
            picture, blanks, ink if rng.random() < 0.5 else rng.integers(0, 256, 3).astype(np.float32), 0, 0
        )


def _pieces(
    rng: np.random.Generator, die: Die, serial: str, clutter: float
) -> tuple[list[tuple[Mask, float]], set[int]]:
    pieces: list[tuple[Mask, float]] = []
    extras: set[int] = set()

    def extra(mask: Mask) -> None:
        extras.add(len(pieces))
        pieces.append((mask, 1.0))

    if rng.random() < 0.06 * clutter:
        extra(
            emblem(rng)
            if rng.random() < 0.5
            else stacked(die, str(rng.choice(["DV", "NG", "TX", "CL", "DP", "PA"])))
        )
    i = 0
    while i < len(serial):
        c = serial[i]
        if c.islower():
            run = serial[i : i + 2]
            pieces.append((stacked(die, run.upper()), 1.0))
            i += len(run)
            continue
        if c in die.masks:
            pieces.append((die.masks[c], 1.0))
        elif c == "*":
            extra(emblem(rng) if rng.random() < 0.8 else np.zeros((96, 24), np.uint8))
        elif c in "-.":
            extra(mark(rng, c))
        else:
            extra(np.zeros((96, int(rng.integers(14, 45))), np.uint8))
        i += 1
    if rng.random() < 0.05 * clutter:
        extra(
            emblem(rng)
            if rng.random() < 0.5
            else stacked(die, str(rng.choice(["DV", "NG", "TX", "CL", "PA"])))
        )
    return pieces, extras


def _ink_in(rng: np.random.Generator, picture: Picture, band: Mask, ink: Ink, clutter: float) -> None:
    roll = rng.random()
    if roll < 0.12:
        rim = cv2.dilate(band, np.ones((3, 3), np.uint8))
        blend(picture, rim, np.full(3, rng.choice([15.0, 240.0]), np.float32), 0, 0)
    elif roll < 0.45:
        shift = int(rng.integers(1, 3))
        side = np.roll(band, (shift, int(rng.integers(-1, 2))), (0, 1))
        blend(
            picture,
            (side * rng.uniform(0.2, 0.6)).astype(np.uint8),
            np.full(3, rng.choice([20.0, 250.0]), np.float32),
            0,
            0,
        )
    worn = 1.0 if rng.random() < 1 - 0.25 * clutter else rng.uniform(0.4, 0.95)
    blend(picture, band if worn == 1.0 else (band * worn).astype(np.uint8), ink, 0, 0)
    if rng.random() < 0.05 * clutter:
        core = cv2.erode(band, np.ones((3, 3), np.uint8))
        blend(picture, core, rng.integers(0, 256, 3).astype(np.float32) * 0.5 + ink * 0.5, 0, 0)


def _hardware(rng: np.random.Generator, picture: Picture, clutter: float, kind: str) -> None:
    height, width = picture.shape[:2]
    if rng.random() < 0.5 * clutter:
        tone = int(rng.integers(0, 200))
        for x in (0.22, 0.78):
            for y in (0.09, 0.91) if rng.random() < 0.6 else (0.09,):
                cv2.circle(picture, (int(x * width), int(y * height)), max(1, height // 34), (tone,) * 3, -1)
    if rng.random() < 0.5 * clutter:
        tone = int(rng.integers(0, 255))
        edge = max(1, height // 40)
        cv2.rectangle(picture, (edge, edge), (width - 1 - edge, height - 1 - edge), (tone,) * 3, 1)
    if kind == "us" and rng.random() < 0.35 * clutter:
        _frame(rng, picture)
    if rng.random() < 0.04 * clutter:
        _hitch(rng, picture)


_DEALERS = (
    "TOYOTA OF MODESTO",
    "DOWNTOWN HONDA",
    "VALLEY FORD",
    "COASTAL MOTORS",
    "Smith & Sons",
    "ALUMNI",
    "UNIVERSITY",
    "MY OTHER CAR IS A BOAT",
    "SUNSET AUTO",
    "www.autos.example",
    "HARBOR CHEVROLET",
    "PACIFIC NISSAN",
    "GO TEAM",
)


def _frame(rng: np.random.Generator, picture: Picture) -> None:
    height, width = picture.shape[:2]
    tone = np.full(3, float(rng.choice([15, 30, 60, 170, 215])), np.float32)
    # One frame in six is so thick that it hides part of the serial.
    thickest = 0.33 if rng.random() < 0.17 else 0.2
    top, bottom = (int(height * rng.uniform(0.02, thickest)) for _ in range(2))
    side = int(width * rng.uniform(0.008, 0.03))
    picture[:top], picture[height - bottom :] = tone, tone
    picture[:, :side], picture[:, width - side :] = tone, tone
    ink = np.full(3, 235.0 if tone[0] < 120 else 25.0, np.float32)
    for y, band in ((top / 2, top), (height - bottom / 2, bottom)):
        if band > height * 0.07 and rng.random() < 0.8:
            kind = str(rng.choice(["sans", "serif", "narrow"]))
            write(picture, str(rng.choice(_DEALERS)), kind, ink, (width / 2, y, width * 0.85, band * 0.7))


def _hitch(rng: np.random.Generator, picture: Picture) -> None:
    height, width = picture.shape[:2]
    centre = (int(width * rng.uniform(0.2, 0.8)), int(height * rng.uniform(0.85, 1.05)))
    tone = int(rng.integers(5, 120))
    cv2.circle(picture, centre, int(height * rng.uniform(0.1, 0.2)), (tone,) * 3, -1, cv2.LINE_AA)
    cv2.circle(
        picture, (centre[0] - 2, centre[1] - 2), max(1, int(height * 0.03)), (min(255, tone + 90),) * 3, -1
    )
