"""Contrast by WCAG 2.2 (1.4.3, 1.4.11), computed from the tokens for each theme."""

import re
from pathlib import Path

import pytest

import platekeeper.office.ui

TOKENS = (Path(platekeeper.office.ui.__file__).parent / "static/ui/css/tokens.css").read_text()
THEMES = ("light", "dark", "night")

# text on its ground: at least 4.5
TEXTS = [
    *[(text, ground) for text in ("ink", "ink-soft") for ground in ("ground", "surface", "sunken")],
    *[(text, ground) for text in ("accent", "danger", "warn", "ok") for ground in ("ground", "surface")],
    *[(tone, f"{tone}-soft") for tone in ("accent", "danger", "warn", "ok")],
    *[("ink", f"{tone}-soft") for tone in ("accent", "danger", "warn", "ok")],
    *[("ink-soft", "accent-soft"), ("danger", "danger-soft"), ("ink-soft", "danger-soft")],
    *[(f"on-{tone}", f"{tone}-fill") for tone in ("danger", "warn", "ok")],
    *[("on-accent", "accent"), ("on-accent", "accent-strong"), ("plate-ink", "plate-face")],
    *[("on-masthead", "masthead"), ("on-masthead-soft", "masthead")],
]
# what tells a control or a focus from its ground: at least 3
EDGES = [
    ("line-strong", "surface"),
    ("line-strong", "ground"),
    ("focus", "ground"),
    ("focus", "surface"),
    ("accent", "surface"),
]


def block(selector: str) -> dict[str, str]:
    bodies = re.findall(r"(?:^|\n)" + re.escape(selector) + r" \{(.*?)\n\}", TOKENS, re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): ([^;]+);", "".join(bodies)))


def colour(name: str, theme: str) -> str:
    night = block('[data-theme="night"]')
    value = night[name] if theme == "night" and name in night else block(":root")[name]
    pair = re.fullmatch(r"light-dark\((#\w+), (#\w+)\)", value)
    return (pair[1] if theme == "light" else pair[2]) if pair else value


def luminance(value: str) -> float:
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


class TestContrast:
    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize(("text", "ground"), TEXTS)
    def test_of_texts_is_enough_to_read(self, text: str, ground: str, theme: str) -> None:
        assert contrast(colour(text, theme), colour(ground, theme)) >= 4.5

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize(("edge", "ground"), EDGES)
    def test_of_edges_is_enough_to_see(self, edge: str, ground: str, theme: str) -> None:
        assert contrast(colour(edge, theme), colour(ground, theme)) >= 3


class TestNight:
    def test_emits_red_before_green_before_blue(self) -> None:
        for name, value in block('[data-theme="night"]').items():
            for hexadecimal in re.findall(r"#[0-9a-f]{6}\b", value):
                red, green, blue = (int(hexadecimal[place : place + 2], 16) for place in (1, 3, 5))
                assert red > green >= blue, name

    def test_has_no_bright_ground(self) -> None:
        for name in ("ground", "surface", "sunken", "masthead", "plate-face"):
            assert luminance(colour(name, "night")) < 0.01, name
