"""Fit what the shipped models' surety is worth, and write it beside them (`settings.json`).

The pictures are split once, by car (a digest of the plate's text): curves are fitted on one half, what they are worth
is told of the other. Without this step the engine `default` does not use a set of weights.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import msgspec
import numpy as np
from bench.recognition import read_truth, truth_table
from rich.console import Console
from rich.progress import track

from platekeeper.recognition.calibration import calibrate, fit_points
from platekeeper.recognition.geometry import as_quad, overlaps, rectify, trimmed
from platekeeper.recognition.manifest import SHIPPED, ReaderSettings, Settings, read_manifest, read_settings
from platekeeper.recognition.own_engine import open_own_parts
from platekeeper.recognition.ranking import ranked
from platekeeper.recognition.second_opinion import SecondOpinion
from platekeeper.recognition.sources import load_picture

LOOK_ALIKE = str.maketrans("OI", "01")
FOUND_IOU = 0.5


@dataclass(frozen=True)
class Said:
    """What was said of one plate: by the first reader alone, by both, whether both agreed, and what is true."""

    alone: tuple[str, float]
    both: tuple[str, float]
    agree: bool
    truth: str

    @property
    def fits(self) -> bool:
        """Whether this car's pictures are fitted on, rather than quoted from."""
        return hashlib.sha256(self.truth.encode()).digest()[0] % 2 == 1


def _is_right(text: str, truth: str) -> bool:
    return text.translate(LOOK_ALIKE) == truth.translate(LOOK_ALIKE)


def said_of(pictures: Path, folder: Path) -> list[Said]:
    """Read every plate of a folder whose text is known, uncalibrated."""
    truths = read_truth(truth_table(pictures))
    files = sorted(file for file in pictures.rglob("*") if file.name in truths)
    tuned = read_settings(folder)
    plain = ReaderSettings(
        margins=tuned.reader.margins, sure=tuned.reader.sure, temperature=tuned.reader.temperature
    )
    parts = open_own_parts(
        folder, threads=1, second=True, settings=Settings(finder=tuned.finder, reader=plain)
    )
    pair = parts.reader
    assert isinstance(pair, SecondOpinion)
    said = []
    for file in track(files, pictures.name, console=Console(stderr=True), transient=True):
        frame = load_picture(file)
        regions = parts.finder.find_plates(frame)
        for truth in truths[file.name]:
            boxes = np.array([region.box for region in regions], dtype=np.float32).reshape(-1, 4)
            shares = overlaps(np.array([truth.box], dtype=np.float32), boxes)[0]
            if not truth.plate or not len(shares) or shares.max() < FOUND_IOU:
                continue
            corners = as_quad(regions[int(shares.argmax())].corners)
            crop = rectify(frame, corners, margin=pair.second_margin)
            first = pair.first.read_plate(trimmed(crop, margin=pair.second_margin, to=pair.first_margin))
            both, agree, _ = pair.fused(crop, first)
            weighed = ranked(first)
            alone = (weighed.text, weighed.confidence)
            said.append(Said(alone, (both.text, both.confidence), agree, truth.plate))
    return said


def fitted(pairs: Sequence[tuple[tuple[str, float], str]]) -> tuple[tuple[float, float], ...]:
    """Fit one curve to what was said (text, confidence) and what is true."""
    known = [(sure, _is_right(text, truth)) for (text, sure), truth in pairs if text]
    if not known:
        return ((0.0, 0.0), (1.0, 1.0))
    return fit_points(np.array([sure for sure, _ in known]), np.array([right for _, right in known]))


def worth(
    pairs: Sequence[tuple[tuple[str, float], str]], points: Sequence[tuple[float, float]]
) -> dict[str, float]:
    """Tell how many of these reads are right and how far confidence is off, on the mean over ten bins."""
    known = [(calibrate(sure, points), _is_right(text, truth)) for (text, sure), truth in pairs if text]
    gap = 0.0
    for low in range(10):
        inside = [each for each in known if low <= min(each[0] * 10, 9.999) < low + 1]
        if inside:
            gap += abs(sum(sure for sure, _ in inside) - sum(right for _, right in inside))
    count = max(1, len(known))
    return {
        "reads": len(known),
        "right": round(sum(right for _, right in known) / count, 4),
        "calibration error": round(gap / count, 4),
    }


@click.command()
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="PLATEKEEPER_BENCH_PICTURES",
    required=True,
    multiple=True,
    help="Folder of pictures with plates.csv in or beside it; repeatable; also by PLATEKEEPER_BENCH_PICTURES.",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=SHIPPED,
    help="Folder of weights; by default the shipped ones.",
)
@click.option("--write", is_flag=True, help="Write settings.json beside the weights.")
def command(*, pictures: tuple[Path, ...], weights: Path, write: bool) -> None:
    """Fit the confidence of a set of weights to how often it is right."""
    cv2.setNumThreads(1)
    said = [each for folder in pictures for each in said_of(folder, weights)]
    fit, quote = [s for s in said if s.fits], [s for s in said if not s.fits]
    curves = {
        "confidence": fitted([(s.alone, s.truth) for s in fit]),
        "agreeing": fitted([(s.both, s.truth) for s in fit if s.agree]),
        "disagreeing": fitted([(s.both, s.truth) for s in fit if not s.agree]),
    }
    told = {
        "alone": worth([(s.alone, s.truth) for s in quote], curves["confidence"]),
        "agreeing": worth([(s.both, s.truth) for s in quote if s.agree], curves["agreeing"]),
        "disagreeing": worth([(s.both, s.truth) for s in quote if not s.agree], curves["disagreeing"]),
    }
    click.echo(json.dumps({"fitted on": len(fit), "quoted of the other half": told}, indent=1))
    if write:
        before = read_settings(weights)
        reader = msgspec.structs.replace(before.reader, **curves)
        settings = Settings(read_manifest(weights).version, before.finder, reader)
        file = weights / "settings.json"
        file.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=1) + b"\n")
        click.echo(f"{file} is written.", err=True)
