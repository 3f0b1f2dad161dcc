"""Export the best weights, measure what was exported, and write the figures down."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from training.crops import Crop
from training.evaluate import (
    CONDITIONS,
    TUNING_SEED,
    answered_at,
    answers,
    by_tenths,
    calibration_error,
    reader_figures,
    rendered_crops,
)
from training.export import export, load, write_manifest
from training.loop import round_file
from training.patrol import text_crops
from training.reader import Reader
from training.reliability import reliability_plot
from training.shipped import (
    finder_figures,
    milliseconds,
    open_shipped,
    refined_corners,
    region_figures,
    rendered_recall,
)

_OPEN, _CLOSE = "<!-- figures -->", "<!-- end of figures -->"


def fitted_temperature(checkpoint: Path) -> float:
    """Return the temperature that makes a reader's confidence truest, on rendered crops and the tune half."""
    reader = load(Reader(), checkpoint)
    crops: list[Crop] = [c for name in CONDITIONS for c in rendered_crops(name, 150, TUNING_SEED)]
    marked = [(c.picture, c.text) for c in crops] + text_crops(quoted=False)
    with torch.no_grad():
        parts = torch.from_numpy(np.stack([p for p, _ in marked])[:, None]).float().split(64)
        columns = torch.cat([reader(p)[0] for p in parts])

    def error(temperature: float) -> float:
        cooled = iter((columns / temperature).log_softmax(-1).numpy().astype(np.float32))
        return calibration_error(answers(lambda c: np.stack([next(cooled) for _ in c]), marked))

    return float(min(np.arange(0.6, 2.6, 0.1), key=error))


def export_measured(
    weights: Path, docs: Path, reader: str = "reader", finder: str = "finder", refiner: str = "refiner"
) -> dict[str, object]:
    """Export a round's checkpoints, measure them, and write manifest, model card figures and reliability plot.

    Args:
        weights: folder of the shipped files.
        docs: folder of model-card.md and reliability.svg.
        reader: round of the reader's checkpoint under runs/.
        finder: round of the finder's.
        refiner: round of the refiner's.

    Returns:
        The figures.
    """
    temperature = round(fitted_temperature(round_file(reader)), 2)
    rounds = (round_file(name) for name in (reader, finder, refiner))
    export(weights, *rounds, temperature=temperature)
    shipped = open_shipped(weights)
    read, rendered = reader_figures(shipped.read)
    figures: dict[str, object] = {
        "reader": read | region_figures(shipped),
        "finder": finder_figures(shipped, quoted=True) | rendered_recall(shipped),
        "refiner": refined_corners(shipped),
        "calibration": {
            "temperature": temperature,
            "expected calibration error": round(calibration_error(rendered), 3),
            "answered at 99 % precision, rendered": round(100 * answered_at(rendered, 0.99), 1),
        },
        "CPU milliseconds on one thread": milliseconds(shipped),
    }
    write_manifest(weights, {"reader": read, "finder": figures["finder"]})
    plot = reliability_plot(by_tenths(rendered), "the plate reader on rendered plates")
    (docs / "reliability.svg").write_text(plot)
    _into_card(docs / "model-card.md", figures)
    print(json.dumps(figures, indent=1))
    return figures


def _into_card(card: Path, figures: dict[str, object]) -> None:
    if not card.exists():
        return
    before, _, rest = card.read_text().partition(_OPEN)
    _, _, after = rest.partition(_CLOSE)
    tables = "\n".join(_table(title, rows) for title, rows in figures.items() if isinstance(rows, dict))
    card.write_text(f"{before}{_OPEN}\n{tables}\n{_CLOSE}{after}")


def _table(title: str, rows: dict[str, float]) -> str:
    lines = "\n".join(f"| {name} | {value:g} |" for name, value in rows.items())
    return f"\n### {title[0].upper() + title[1:]}\n\n| | |\n|---|---|\n{lines}\n"
