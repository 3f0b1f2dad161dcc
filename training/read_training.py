"""Train the reader, with figures on rendered and on real crops as it goes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from training import patrol
from training.crops import Crop, crops, encoded, region_class
from training.ctc import decoded, folded
from training.loop import DEVICE, RUNS, Plan, fresh, resume, round_file, stream, train
from training.reader import Reader, loss

HELD_OUT_SEED = 900_000


class CropBatches(IterableDataset[tuple[Tensor, ...]]):
    """Batches of crops without end; every loader process draws its own."""

    def __init__(self, seed: int, batch: int, strength: float) -> None:
        self._seed, self._batch, self._strength = seed, batch, strength

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        source = crops(self._seed * 1000 + (worker.id if worker else 0), self._strength)
        while True:
            yield tensors([next(source) for _ in range(self._batch)])


def tensors(batch: list[Crop]) -> tuple[Tensor, ...]:
    """Return pictures (n, 1, 48, 128), texts (n, 9) and regions (n,)."""
    pictures = torch.from_numpy(np.stack([c.picture for c in batch])[:, None]).float()
    texts = torch.from_numpy(np.stack([encoded(c.text) for c in batch]))
    return pictures, texts, torch.tensor([region_class(c.region) for c in batch])


def held_out(count: int, strength: float = 0.6) -> list[Crop]:
    """Return rendered crops that no training draws."""
    source = crops(HELD_OUT_SEED, strength)
    return [next(source) for _ in range(count)]


def answers(network: nn.Module, pictures: list[np.ndarray]) -> list[tuple[str, float]]:
    """Read crops (48, 128) with a network."""
    with torch.no_grad():
        parts = torch.from_numpy(np.stack(pictures)[:, None]).float().to(DEVICE).split(128)
        return decoded(np.concatenate([network(p)[0].cpu().numpy() for p in parts]))


def share_right(network: nn.Module, marked: list[tuple[np.ndarray, str]]) -> float:
    """Return the share of crops read right, look-alikes O and I folded."""
    read = answers(network, [p for p, _ in marked])
    return float(np.mean([folded(t) == folded(text) for (t, _), (_, text) in zip(read, marked, strict=True)]))


def train_reader(
    samples: int, name: str, start: str | None, *, seed: int, strength: float, peak: float, loaders: int
) -> None:
    """Train, or go on with a training that was stopped.

    Args:
        samples: crops to learn from.
        name: of this round; its checkpoint is runs/NAME.pt.
        start: a round whose weights this one begins with.
        seed: decides the crops and the first weights.
        strength: of the degradations, 0..1.
        peak: highest learning rate.
        loaders: loader processes.
    """
    torch.manual_seed(seed)
    plan = Plan(samples, peak=peak)
    state = fresh(Reader().to(memory_format=torch.channels_last), plan)
    if start:
        resume(state, round_file(start), weights_only=True)
    resume(state, RUNS / f"{name}.pt")
    rendered = [(c.picture, c.text) for c in held_out(600)]
    real = patrol.text_crops(quoted=False)

    def watch(network: nn.Module) -> str:
        figures = {"rendered": rendered, "patrol tune": real}
        return ", ".join(f"{k} {100 * share_right(network, v):.1f}" for k, v in figures.items() if v)

    batches = stream(CropBatches(seed + state.seen, plan.batch, strength), loaders)
    train(state, plan, batches, loss=loss, checkpoint=RUNS / f"{name}.pt", watch=watch)
