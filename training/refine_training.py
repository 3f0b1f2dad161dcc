"""Train the refiner, with the error of its corners as it goes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from training.boxes import overlap
from training.loop import DEVICE, RUNS, Plan, fresh, resume, round_file, stream, train
from training.refine_samples import HEIGHT, INNER, WIDTH, Sample, samples
from training.refiner import Refiner, loss

HELD_OUT_SEED = 905_000


class SampleBatches(IterableDataset[tuple[Tensor, ...]]):
    """Batches of samples without end; every loader process draws its own."""

    def __init__(self, seed: int, batch: int) -> None:
        self._seed, self._batch = seed, batch

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        source = samples(self._seed * 1000 + (worker.id if worker else 0))
        while True:
            yield tensors([next(source) for _ in range(self._batch)])


def tensors(batch: list[Sample]) -> tuple[Tensor, ...]:
    """Return crops (n, 1, 64, 128), shifts (n, 8) and weights (n,)."""
    crops = torch.from_numpy(np.stack([s.crop for s in batch])[:, None]).float()
    shifts = torch.from_numpy(np.stack([s.shifts for s in batch]))
    return crops, shifts, torch.tensor([s.weight for s in batch])


def apart(network: nn.Module, held: list[Sample]) -> tuple[float, float]:
    """Return the mean error of the corners before and after refining, per cent of the crop's sides."""
    crops, wanted, _ = tensors(held)
    with torch.no_grad():
        shifts = network(crops.to(DEVICE)).cpu()
    return float(100 * wanted.abs().mean()), float(100 * (shifts - wanted).abs().mean())


def box_overlap(network: nn.Module, held: list[Sample]) -> float:
    """Return the mean overlap of refined corners with the marked boxes."""
    crops, wanted, _ = tensors(held)
    with torch.no_grad():
        shifts = network(crops.to(DEVICE)).cpu().numpy()
    told = [(INNER + s.reshape(4, 2)) * (WIDTH, HEIGHT) for s in shifts]
    true = [(INNER + w.reshape(4, 2)) * (WIDTH, HEIGHT) for w in wanted.numpy()]
    return float(np.mean([overlap(_box(a), _box(b)) for a, b in zip(told, true, strict=True)]))


def _box(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])


def train_refiner(count: int, name: str, start: str | None, *, seed: int, peak: float, loaders: int) -> None:
    """Train, or go on with a training that was stopped; the arguments are `train_reader`'s."""
    torch.manual_seed(seed)
    plan = Plan(count, batch=64, peak=peak, average=0.998)
    state = fresh(Refiner().to(memory_format=torch.channels_last), plan)
    if start:
        resume(state, round_file(start), weights_only=True)
    resume(state, RUNS / f"{name}.pt")
    source = samples(HELD_OUT_SEED)
    held = [next(source) for _ in range(500)]
    drawn, real = [s for s in held if s.weight == 1], [s for s in held if s.weight < 1]

    def watch(network: nn.Module) -> str:
        before, after = apart(network, drawn)
        told = f"corners off by {before:.2f} before, {after:.2f} after, % of the crop"
        return told + (f", overlap on patrol tune {box_overlap(network, real):.3f}" if real else "")

    batches = stream(SampleBatches(seed + state.seen, plan.batch), loaders)
    train(state, plan, batches, loss=loss, checkpoint=RUNS / f"{name}.pt", watch=watch)
