"""Pictures that the tests draw themselves: plates on a street of noise, plain enough for any engine."""

import cv2
import numpy as np
from numpy.typing import NDArray


def street(*, width: int = 640, height: int = 360, seed: int = 7) -> NDArray[np.uint8]:
    """Draw a street without plates: soft noise."""
    noise = np.random.default_rng(seed).integers(70, 130, (height // 8, width // 8, 3), dtype=np.uint8)
    return np.ascontiguousarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC))


def plate(text: str, *, width: int = 220, height: int = 60) -> NDArray[np.uint8]:
    """Draw a plate: dark characters on a bright field with a frame."""
    field = np.full((height, width, 3), 240, dtype=np.uint8)
    cv2.rectangle(field, (2, 2), (width - 3, height - 3), (40, 40, 40), 2)
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 3)
    scale = min((width - 24) / wide, (height - 22) / high)
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 3)
    start = ((width - wide) // 2, (height + high) // 2)
    cv2.putText(field, text, start, cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), 3, cv2.LINE_AA)
    return field


def street_with(*texts: str, at: tuple[int, int] = (210, 200), width: int = 640) -> NDArray[np.uint8]:
    """Draw a street with plates, one beneath the other from a point on (x, y in pixels)."""
    scene = street(width=width, height=width * 9 // 16)
    for row, text in enumerate(texts):
        field = plate(text)
        x, y = at[0], at[1] + row * 90
        scene[y : y + field.shape[0], x : x + field.shape[1]] = field
    return scene


def captioned(scene: NDArray[np.uint8], text: str, *, at: tuple[int, int] = (20, 40)) -> NDArray[np.uint8]:
    """Burn a caption into a copy of a picture, as cameras do with clock and place."""
    copy = scene.copy()
    cv2.putText(copy, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2, cv2.LINE_AA)
    return copy
