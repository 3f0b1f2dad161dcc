"""What is written on a plate: serials by format, personal wording and plain noise.

In a format `#` is a digit, `@` a letter, `-` `.` `*` and a space are marks between groups (dash, dot, emblem,
gap), lower-case letters are stacked small ones that belong to the serial, anything else stands for itself.
"""

from __future__ import annotations

import numpy as np

DIGITS = "0123456789"
# I, O and Q are hardly ever issued: drawn often, the reader would see O everywhere.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_RARE_LETTERS = "IOQ"
_WORDS = (  # noqa: SIM905 - words read better as a text
    "LOVE SURF BEACH GOLF DAD MOM KING QUEEN JEEP TRUCK FAST SLOW ROCK JAZZ DOG CAT BUNNY TIGER EAGLE "
    "OCEAN SUN MOON STAR HAPPY LUCKY MY OUR THE ITS GO NO YES BIG LIL RED BLU GRN BLK VROOM ZOOM HOT "
    "COOL ICE FIRE WINE BEER TACO PIZZA COFFEE RUN BIKE SKI HIKE FISH DUCK BEAR WOLF HAWK ROSE LILY MIA "
    "ZOE MAX LEO JACK KATE ANNA ROB TOM BOB JEN AMY DOC NURSE RN MD LAW TEACH CHEF PILOT FLY JET BOAT "
    "SAIL LAKE RIVER HILL CREEK RANCH FARM COW HORSE PONY OINK QUILT VET NAVY ARMY USMC VIP BOSS CEO "
    "TAX CPA GURU GEEK NERD CODE HTML WIFI TESLA EV VOLT AMP WATT SOLAR ECO HYBRID "
).split()


def random_letter(rng: np.random.Generator, rare: float = 0.025) -> str:
    """Draw a letter as issued serials have them; `rare` is the share of I, O and Q."""
    if rng.random() < rare:
        return _RARE_LETTERS[rng.integers(len(_RARE_LETTERS))]
    return _LETTERS[rng.integers(len(_LETTERS))]


def fill(pattern: str, rng: np.random.Generator, rare: float = 0.025) -> str:
    """Fill the digits and letters of a format, marks kept; `rare` is the share of I, O and Q."""
    letters = {"#": lambda: DIGITS[rng.integers(10)], "@": lambda: random_letter(rng, rare)}
    return "".join(letters[c]() if c in letters else c for c in pattern)


def with_bars(serial: str, rng: np.random.Generator, *, letters: bool) -> str:
    """Turn one or two digits into 1 (and letters into I): thin bars side by side are what readers lose first."""
    places = [i for i, c in enumerate(serial) if c in DIGITS or (letters and c.isupper())]
    changed = list(serial)
    for i in rng.permutation(places)[: int(rng.integers(1, 3))]:
        changed[i] = "1" if serial[i] in DIGITS else "I"
    return "".join(changed)


def personal(rng: np.random.Generator, longest: int = 7) -> str:
    """Draw the wording of a personalised plate, two to `longest` characters."""
    words = [str(rng.choice(_WORDS)) for _ in range(int(rng.integers(1, 3)))]
    text = (" " if rng.random() < 0.4 else "").join(words)
    if rng.random() < 0.5:
        number = str(rng.integers(0, 100))
        text = number + text if rng.random() < 0.4 else text + number
    return text[:longest].strip() or "K9"


def noise(rng: np.random.Generator) -> str:
    """Draw three to eight characters without any rule."""
    letters = DIGITS + _LETTERS + _RARE_LETTERS
    count = int(rng.integers(3, 9))
    text = "".join(letters[i] for i in rng.integers(len(letters), size=count))
    return text if rng.random() < 0.6 else text[: count // 2] + " " + text[count // 2 :]


def letters_and_digits(serial: str) -> str:
    """Return what a reader must answer for a serial: its characters, upper case, marks dropped."""
    return "".join(c for c in serial.upper() if c.isascii() and c.isalnum())
