"""Train the finder, with its recall on the tune half of the patrol photographs as it goes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from training import patrol
from training.boxes import found_plates, overlap
from training.finder import Finder, loss
from training.frames import Frame, frames
from training.loop import DEVICE, RUNS, Plan, fresh, resume, round_file, stream, train

WATCHED_SIZE = (960, 544)


class FrameBatches(IterableDataset[tuple[Tensor, ...]]):
    """Batches of pictures without end; every loader process draws its own."""

    def __init__(self, seed: int, batch: int) -> None:
        self._seed, self._batch = seed, batch

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        source = frames(self._seed * 1000 + (worker.id if worker else 0))
        while True:
            yield tensors([next(source) for _ in range(self._batch)])


def tensors(batch: list[Frame]) -> tuple[Tensor, ...]:
    """Return pictures (n, 1, s, s) and their targets (n, 2, s/8, s/8) and (n, 8, s/8, s/8)."""
    pictures = torch.from_numpy(np.stack([f.picture for f in batch])[:, None]).float()
    wanted = torch.from_numpy(np.stack([f.target.wanted for f in batch]))
    return pictures, wanted, torch.from_numpy(np.stack([f.target.corners for f in batch]))


def patrol_recall(network: Finder, quoted: bool, most: int = 60) -> dict[str, float]:
    """Measure the finder on patrol photographs of one half: recall at IoU 0.5, unmarked boxes a picture."""
    files = sorted(patrol.files_of_half(quoted))[:most]
    hits, marked, extra = 0, 0, 0
    for file in files:
        photograph = patrol.pictures()[file]
        small = cv2.resize(photograph, WATCHED_SIZE, interpolation=cv2.INTER_AREA)
        with torch.no_grad():
            score, corners = network(torch.from_numpy(small[None, None]).float().to(DEVICE))
        scale = np.array([photograph.shape[1] / WATCHED_SIZE[0], photograph.shape[0] / WATCHED_SIZE[1]])
        found = [p.corners * scale for p in found_plates(score.cpu().numpy()[0, 0], corners.cpu().numpy()[0])]
        boxes = [np.concatenate([c.min(axis=0), c.max(axis=0)]) for c in found]
        wanted = [np.array(p.box) for p in patrol.plates() if p.file == file]
        hits += sum(any(overlap(b, w) >= 0.5 for b in boxes) for w in wanted)
        extra += sum(all(overlap(b, w) < 0.2 for w in wanted) for b in boxes)
        marked += len(wanted)
    return {"recall": hits / max(marked, 1), "extra": extra / max(len(files), 1)}


def train_finder(samples: int, name: str, start: str | None, *, seed: int, peak: float, loaders: int) -> None:
    """Train, or go on with a training that was stopped; the arguments are `train_reader`'s."""
    torch.manual_seed(seed)
    plan = Plan(samples, batch=16, peak=peak, average=0.997)
    state = fresh(Finder().to(memory_format=torch.channels_last), plan)
    if start:
        resume(state, round_file(start), weights_only=True)
    resume(state, RUNS / f"{name}.pt")

    def watch(network: nn.Module) -> str:
        figures = patrol_recall(network, quoted=False) if patrol.plates() else {}
        return ", ".join(f"patrol tune {k} {v:.3f}" for k, v in figures.items())

    source = FrameBatches(seed + state.seen, plan.batch)
    batches = stream(source, loaders)
    train(state, plan, batches, loss=loss, checkpoint=RUNS / f"{name}.pt", watch=watch)
