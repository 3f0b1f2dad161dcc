"""The training loop both networks share: schedule, averaged weights, resumable checkpoints."""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

RUNS = Path(__file__).parent / "runs"
STARTS = Path(__file__).parent / "starts"
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn; `samples` counts pictures, `peak` is the highest learning rate."""

    samples: int
    batch: int = 96
    peak: float = 2e-3
    decay: float = 0.02
    warm_share: float = 0.03
    average: float = 0.998
    clip: float = 2.0
    save_seconds: float = 150.0


@dataclass
class State:
    """Where a training stands: the network, its running average, the optimiser, samples seen."""

    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    seen: int = 0


def fresh(network: nn.Module, plan: Plan) -> State:
    """Return the state before the first step."""
    network = network.to(DEVICE)
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.peak, weight_decay=plan.decay)
    return State(network, copy.deepcopy(network).eval(), optimiser)


def round_file(name: str) -> Path:
    """Return the file of a round's weights: one's own, else the one that the repository carries to go on from."""
    own = RUNS / f"{name}.pt"
    return own if own.exists() else STARTS / f"{name}.pt"


def resume(state: State, file: Path, weights_only: bool = False) -> None:
    """Take up a checkpoint, or only its averaged weights for a new round; do nothing where it is absent."""
    if not file.exists():
        return
    saved = torch.load(file, map_location=DEVICE, weights_only=True)
    state.average.load_state_dict(saved["average"])
    state.network.load_state_dict(saved["average" if weights_only else "network"])
    if not weights_only:
        state.optimiser.load_state_dict(saved["optimiser"])
        state.seen = saved["seen"]


def mean(first: Path, second: Path, file: Path) -> None:
    """Write the mean of two rounds' averaged weights, of which one went on from the other.

    The mean forgets less of what the first had learned (Wortsman et al., "Model soups", 2022).
    """
    rounds = [torch.load(one, map_location="cpu", weights_only=True)["average"] for one in (first, second)]
    both = {name: (weights + rounds[1][name]) / 2 for name, weights in rounds[0].items()}
    averaged = {name: weights.to(rounds[0][name].dtype) for name, weights in both.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"average": averaged}, file)


def save(state: State, file: Path) -> None:
    """Write a checkpoint, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    torch.save(
        {
            "network": state.network.state_dict(),
            "average": state.average.state_dict(),
            "optimiser": state.optimiser.state_dict(),
            "seen": state.seen,
        },
        part,
    )
    part.replace(file)


def stream(batches: IterableDataset[tuple[Tensor, ...]], loaders: int) -> Iterable[tuple[Tensor, ...]]:
    """Return the batches, drawn by some processes of their own, or by this one where `loaders` is 0."""
    if not loaders:
        return batches
    return DataLoader(batches, None, num_workers=loaders, prefetch_factor=6, multiprocessing_context="spawn")


def train(
    state: State,
    plan: Plan,
    batches: Iterable[tuple[Tensor, ...]],
    *,
    loss: Callable[..., Tensor],
    checkpoint: Path,
    watch: Callable[[nn.Module], str],
) -> None:
    """Learn until the plan's samples are seen, saving and printing on the way.

    Args:
        state: changed in place.
        plan: schedule.
        batches: inputs first, targets after.
        loss: of the outputs and the targets.
        checkpoint: where the state is kept.
        watch: a sentence on how good the averaged network is.
    """
    run = torch.compile(state.network) if os.environ.get("TRAINING_COMPILE") else state.network
    state.network.train()
    saved, begun, first, running = time.monotonic(), time.monotonic(), state.seen, 0.0
    for inputs, *targets in batches:
        for group in state.optimiser.param_groups:
            group["lr"] = plan.peak * _factor(state.seen / plan.samples, plan.warm_share)
        value = loss(run(inputs.to(DEVICE)), *(t.to(DEVICE) for t in targets))
        state.optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(state.network.parameters(), plan.clip)
        state.optimiser.step()
        state.seen += len(inputs)
        _average(state, plan.average)
        running = 0.98 * running + 0.02 * value.item() if running else value.item()
        done = state.seen >= plan.samples
        if done or time.monotonic() - saved > plan.save_seconds:
            save(state, checkpoint)
            saved = time.monotonic()
            pace = (state.seen - first) / (saved - begun)
            print(f"{state.seen:8d} {pace:5.0f}/s loss {running:.3f} {watch(state.average)}", flush=True)
        if done:
            return


def _factor(share: float, warm: float) -> float:
    if share < warm:
        return max(share / warm, 0.01)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (share - warm) / (1 - warm))))


def _average(state: State, keep: float) -> None:
    early = min(keep, (1 + state.seen / 96) / (10 + state.seen / 96))
    with torch.no_grad():
        pairs = zip(state.average.state_dict().values(), state.network.state_dict().values(), strict=True)
        for mean, value in pairs:
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - early)
            else:
                mean.copy_(value)
