"""The command `python -m training`: draw, train, export and evaluate; see README.md."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PICTURES = PROJECT / "src/platekeeper/demo/pictures"
WEIGHTS = PROJECT / "src/platekeeper/recognition/weights"


def _scenes(_: argparse.Namespace) -> None:
    rows = import_module("training.scenes").write_scenes(PICTURES)
    print(f"{len(rows)} rows in {PICTURES.name}/scenes.json")


def _reader(options: argparse.Namespace) -> None:
    # Two rounds: light degradation while the characters are learned, full strength after.
    rounds = import_module("training.read_training").train_reader
    first, second = round(options.samples * 0.3), round(options.samples * 0.7)
    rounds(first, "reader-light", None, seed=options.seed, strength=0.4, peak=2e-3, loaders=options.loaders)
    rounds(
        second,
        "reader",
        "reader-light",
        seed=options.seed + 1,
        strength=0.9,
        peak=1.2e-3,
        loaders=options.loaders,
    )


def _finder(options: argparse.Namespace) -> None:
    rounds = import_module("training.find_training").train_finder
    rounds(options.samples // 4, "finder", None, seed=options.seed, peak=2e-3, loaders=options.loaders)


def _refiner(options: argparse.Namespace) -> None:
    rounds = import_module("training.refine_training").train_refiner
    rounds(options.samples // 8, "refiner", None, seed=options.seed, peak=2e-3, loaders=options.loaders)


def _export(_: argparse.Namespace) -> None:
    import_module("training.report").export_measured(WEIGHTS, PROJECT / "docs")


def _go_on(options: argparse.Namespace) -> None:
    reader = import_module("training.read_training").train_reader
    reader(
        options.samples,
        "reader-next",
        "reader",
        seed=options.seed + 2,
        strength=1.0,
        peak=8e-4,
        loaders=options.loaders,
    )
    refiner = import_module("training.refine_training").train_refiner
    refiner(
        options.samples // 8,
        "refiner-next",
        "refiner",
        seed=options.seed + 2,
        peak=8e-4,
        loaders=options.loaders,
    )
    finder = import_module("training.find_training").train_finder
    finder(
        options.samples // 4,
        "finder-next",
        "finder",
        seed=options.seed + 2,
        peak=8e-4,
        loaders=options.loaders,
    )


def _mean(_: argparse.Namespace) -> None:
    loop = import_module("training.loop")
    loop.mean(loop.round_file("reader"), loop.round_file("reader-next"), loop.RUNS / "reader-mean.pt")


def _replanted(_: argparse.Namespace) -> None:
    replanted = import_module("training.replanted")
    for name, mix in replanted.SETS.items():
        for half in ("quote", "tune"):
            folder = PROJECT / "training/runs/replanted" / f"{name}-{half}"
            count = replanted.write_replanted(folder, quoted=half == "quote", mix=mix)
            print(f"{count} plates in {folder.relative_to(PROJECT)}")


def _all(options: argparse.Namespace) -> None:
    for step in (_scenes, _reader, _refiner, _finder, _export):
        step(options)


STEPS = {
    "scenes": _scenes,
    "reader": _reader,
    "finder": _finder,
    "refiner": _refiner,
    "export": _export,
    "go-on": _go_on,
    "mean": _mean,
    "replanted": _replanted,
    "all": _all,
}


def main(arguments: list[str]) -> int:
    """Run one step, or all of them, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("step", choices=sorted(STEPS))
    parser.add_argument(
        "--samples",
        type=int,
        default=1_000_000,
        help="crops for the reader; a quarter as many pictures, an eighth of guesses",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loaders", type=int, default=1, help="processes that draw; 0 draws in the trainer")
    options = parser.parse_args(arguments)
    STEPS[options.step](options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
