"""The exported files, run as the product runs them: what is measured is what is shipped."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from training import patrol
from training.boxes import Found, found_plates, overlap
from training.evaluate import rendered_crops
from training.finder_targets import STRIDE
from training.frames import SIDE, frames
from training.refine_samples import samples
from training.sensor import Grey
from training.styles import REGIONS

REFINING_SEED = 996_000
LONG_SIDE = 960


@dataclass(frozen=True)
class Shipped:
    """The networks as one-thread sessions."""

    finder: onnxruntime.InferenceSession
    refiner: onnxruntime.InferenceSession
    reader: onnxruntime.InferenceSession

    def read(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the columns' log-probabilities of crops (n, 1, 48, 128), 0..255."""
        return np.asarray(self.reader.run(["log_probs"], {"crops": crops})[0])

    def find(self, picture: Grey, long_side: int = LONG_SIDE, threshold: float = 0.5) -> list[Found]:
        """Find plates in a grey picture, shrunk so that its longer side is at most `long_side`."""
        height, width = picture.shape
        scale = min(1.0, long_side / max(height, width))
        size = [max(32, int(np.ceil(v * scale / 32)) * 32) for v in (width, height)]
        small = cv2.resize(picture, (size[0], size[1]), interpolation=cv2.INTER_AREA).astype(np.float32)
        score, corners = self.finder.run(["score", "corners"], {"image": small[None, None]})
        back = np.array([width / size[0], height / size[1]])
        return [Found(p.score, p.corners * back) for p in found_plates(score[0, 0], corners[0], threshold)]


def open_shipped(folder: Path) -> Shipped:
    """Open the three models of a folder."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    files = [str(folder / name) for name in ("finder.onnx", "refiner.onnx", "reader.onnx")]
    finder, refiner, reader = (
        onnxruntime.InferenceSession(f, options, ["CPUExecutionProvider"]) for f in files
    )
    return Shipped(finder, refiner, reader)


def finder_figures(shipped: Shipped, quoted: bool) -> dict[str, float]:
    """Measure the finder on one half of the patrol photographs, by size of picture."""
    figures: dict[str, float] = {}
    for long_side in (640, 960):
        hits, marked, extra, files = 0, 0, 0, sorted(patrol.files_of_half(quoted))
        for file in files:
            found = shipped.find(patrol.pictures()[file], long_side)
            wanted = [np.array(p.box) for p in patrol.plates() if p.file == file]
            hits += sum(any(overlap(_box(f), w) >= 0.5 for f in found) for w in wanted)
            extra += sum(all(overlap(_box(f), w) < 0.2 for w in wanted) for f in found)
            marked += len(wanted)
        figures[f"recall at {long_side} px"] = round(100 * hits / max(1, marked), 1)
        figures[f"unmarked boxes a picture at {long_side} px"] = round(extra / max(1, len(files)), 2)
    return figures


def rendered_recall(shipped: Shipped, count: int = 300) -> dict[str, float]:
    """Measure the finder on rendered pictures: recall at IoU 0.5 and the corners' error in plate widths."""
    hits, marked, errors = 0, 0, []
    source = frames(995_000, quoted=True)
    for _ in range(count):
        frame = next(source)
        if not (frame.target.wanted[1] == 1).any():
            continue
        found = found_plates(*(a[0] for a in _run(shipped, frame.picture)))
        truth = found_plates(np.clip(frame.target.wanted[0], 0, 1), frame.target.corners)
        for plate in truth:
            marked += 1
            best = max(found, key=lambda f: overlap(_box(f), _box(plate)), default=None)
            if best is not None and overlap(_box(best), _box(plate)) >= 0.5:
                hits += 1
                across = float(np.hypot(*(plate.corners[1] - plate.corners[0])))
                errors.append(float(np.abs(best.corners - plate.corners).mean()) / across)
    recall = round(100 * hits / max(1, marked), 1)
    return {
        "rendered recall": recall,
        "rendered corner error, % of the width": round(100 * float(np.median(errors)), 1),
    }


def region_figures(shipped: Shipped, count: int = 300) -> dict[str, float]:
    """Measure how often the region is named, at a probability of 0.8, and how often it is then right."""
    crops = rendered_crops("ordinary", count)
    pictures = np.stack([c.picture for c in crops])[:, None].astype(np.float32)
    shares = np.exp(np.asarray(shipped.reader.run(["region"], {"crops": pictures})[0]))
    named = shares.max(axis=1) >= 0.8
    right = np.array([REGIONS[i] == c.region for i, c in zip(shares.argmax(axis=1), crops, strict=True)])
    told = float(right[named].mean()) if named.any() else 0.0
    return {"region named": round(100 * float(named.mean()), 1), "named region right": round(100 * told, 1)}


def refined_corners(shipped: Shipped, count: int = 400) -> dict[str, float]:
    """Measure how far corners are off that were roughly guessed, before and after refining; per cent of the crop."""
    drawn = [s for s in islice(samples(REFINING_SEED, quoted=True), count) if s.weight == 1]
    looks = np.stack([s.crop for s in drawn])[:, None].astype(np.float32)
    wanted = np.stack([s.shifts for s in drawn])
    told = np.asarray(shipped.refiner.run(["shifts"], {"crops": looks})[0])
    return {
        "corners off before, % of the crop": round(100 * float(np.abs(wanted).mean()), 2),
        "corners off after": round(100 * float(np.abs(wanted - told).mean()), 2),
    }


def milliseconds(shipped: Shipped) -> dict[str, float]:
    """Return the CPU time of one run of each network on one thread, the best of many."""
    picture = np.zeros((1, 1, 544, 960), np.float32)
    crop = np.zeros((1, 1, 48, 128), np.float32)
    look = np.zeros((1, 1, 64, 128), np.float32)
    return {
        "finder at 960 x 544": _best(lambda: shipped.finder.run(None, {"image": picture})),
        "finder at 640 x 384": _best(
            lambda: shipped.finder.run(None, {"image": picture[:, :, :384, :640].copy()})
        ),
        "refiner a plate": _best(lambda: shipped.refiner.run(None, {"crops": look})),
        "reader a crop": _best(lambda: shipped.reader.run(None, {"crops": crop})),
    }


def _best(run: object, tries: int = 15) -> float:
    times = []
    for _ in range(tries):
        start = time.process_time()
        run()  # type: ignore[operator]
        times.append(time.process_time() - start)
    return round(1000 * min(times), 2)


def _run(shipped: Shipped, picture: Grey) -> list[NDArray[np.float32]]:
    assert picture.shape == (SIDE, SIDE)
    assert SIDE % STRIDE == 0
    outputs = shipped.finder.run(["score", "corners"], {"image": picture[None, None].astype(np.float32)})
    return [outputs[0][0], outputs[1]]


def _box(found: Found) -> NDArray[np.float64]:
    return np.concatenate([found.corners.min(axis=0), found.corners.max(axis=0)])
