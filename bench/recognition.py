"""Recognition on real pictures: found, right, misread, not read, at what cost in time and memory.

Reading is compared with a truth table: a CSV file with the columns file, x1, y1, x2, y2 (pixels) and plate
(empty where the text is not known). Plates without a known text count for finding only. Nothing is stored.
"""

import csv
import hashlib
import json
import os
import platform
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np
import onnxruntime
from rich.console import Console
from rich.progress import track
from rich.table import Table

from platekeeper.errors import PlatekeeperError
from platekeeper.recognition import ENGINES, Engine, Recognition, open_engine
from platekeeper.recognition.geometry import overlaps
from platekeeper.recognition.results import Box
from platekeeper.recognition.sources import load_picture
from training.reliability import reliability, reliability_plot

FOUND_IOU = 0.5
NIGHT = 40
LOOK_ALIKE = str.maketrans("OI", "01")


@dataclass(frozen=True)
class Truth:
    """One plate that is in a picture; its text is empty where nobody knows it."""

    box: Box
    plate: str


@dataclass(frozen=True)
class Answer:
    """What became of one true plate: whether it was found, what was read, how sure."""

    truth: Truth
    found: bool
    text: str
    confidence: float
    by_night: bool = False

    @property
    def exact(self) -> bool:
        return self.text == self.truth.plate

    @property
    def folded(self) -> bool:
        return self.text.translate(LOOK_ALIKE) == self.truth.plate.translate(LOOK_ALIKE)


def _width(answer: Answer) -> float:
    return answer.truth.box[2] - answer.truth.box[0]


# parts of a set whose right reads are reported apart
PARTS: dict[str, Callable[[Answer], bool]] = {
    "right, narrower than 70 px": lambda a: _width(a) < 70,
    "right, 70 to 100 px": lambda a: 70 <= _width(a) < 100,
    "right, 100 to 150 px": lambda a: 100 <= _width(a) < 150,
    "right, wider than 150 px": lambda a: _width(a) >= 150,
    "right, by night": lambda a: a.by_night,
}


@dataclass(frozen=True)
class Measured:
    """One engine's answers and costs on a set of pictures."""

    engine: str
    pictures: int
    answers: list[Answer]
    extra_reads: int
    wall_ms: float
    cpu_ms: float
    peak_mib: float


def read_truth(file: Path) -> dict[str, list[Truth]]:
    """Read the truth table, by file name."""
    truths: dict[str, list[Truth]] = defaultdict(list)
    with file.open(newline="") as rows:
        for row in csv.DictReader(rows):
            box = (float(row["x1"]), float(row["y1"]), float(row["x2"]), float(row["y2"]))
            truths[row["file"]].append(Truth(box, row["plate"].strip().upper()))
    return truths


def is_quoted(plate: str) -> bool:
    """Say whether a car's pictures are of the half that figures are quoted from; nothing is ever fitted on it."""
    return hashlib.sha256(plate.encode()).digest()[0] % 2 == 0


def half_of(truths: Mapping[str, Sequence[Truth]], half: str) -> dict[str, list[Truth]]:
    """Keep the pictures of one half of the cars; a car of the other half in them counts for finding only.

    Args:
        truths: by file name.
        half: "quote" or "tune"; a picture that shows a car of each half is the quote half's.
    """
    quoted = {file for file, there in truths.items() if any(t.plate and is_quoted(t.plate) for t in there)}
    return {
        file: [t if is_quoted(t.plate) == (half == "quote") else replace(t, plate="") for t in there]
        for file, there in truths.items()
        if (file in quoted) == (half == "quote")
    }


def truth_table(pictures: Path) -> Path:
    """Return the truth table in or beside a folder of pictures."""
    beside = [pictures / "plates.csv", pictures.parent / "plates.csv"]
    table = next((file for file in beside if file.is_file()), None)
    if table is None:
        raise PlatekeeperError(f"There is no plates.csv in or beside {pictures}: name a folder that has one.")
    return table


def answers_to(truths: Sequence[Truth], found: Sequence[Recognition]) -> tuple[list[Answer], int]:
    """Pair what was found with what is there, the best overlap first.

    Returns:
        One answer a true plate, and how many findings belong to none.
    """
    if not truths or not found:
        return [Answer(truth, False, "", 0.0) for truth in truths], len(found)
    there = np.array([truth.box for truth in truths], dtype=np.float32)
    ours = np.array([each.region.box for each in found], dtype=np.float32)
    shares = overlaps(there, ours)
    pairs: dict[int, int] = {}
    for index in np.argsort(-shares, axis=None):
        at, by = divmod(int(index), len(found))
        if shares[at, by] >= FOUND_IOU and at not in pairs and by not in pairs.values():
            pairs[at] = by
    answers = []
    for at, truth in enumerate(truths):
        reading = found[pairs[at]].reading if at in pairs else None
        answers.append(
            Answer(
                truth, at in pairs, reading.text if reading else "", reading.confidence if reading else 0.0
            )
        )
    return answers, len(found) - len(pairs)


def answered_at_precision(answers: Sequence[Answer], precision: float) -> tuple[float, float]:
    """Find how many plates can be answered if at least so many of the answers shall be right.

    Returns:
        The share of all plates answered, and the confidence from which on answers are given.
    """
    falling = sorted((a for a in answers if a.text), key=lambda a: -a.confidence)
    right, best = 0, (0.0, 1.0)
    for given, answer in enumerate(falling, 1):
        right += answer.folded
        if right / given >= precision:
            best = (given / len(answers), answer.confidence)
    return best


def calibration_error(answers: Sequence[Answer], bins: int = 10) -> float:
    """Return the mean gap between confidence and share of right reads, over bins of equal width."""
    read = [a for a in answers if a.text]
    gap = 0.0
    for low in range(bins):
        inside = [a for a in read if low <= min(a.confidence * bins, bins - 1e-9) < low + 1]
        if inside:
            surety = np.mean([a.confidence for a in inside])
            gap += len(inside) * abs(float(surety - np.mean([a.folded for a in inside])))
    return gap / max(1, len(read))


def measure(engine: Engine, pictures: Iterable[Path], truths: Mapping[str, Sequence[Truth]]) -> Measured:
    """Run one engine over pictures; times leave out loading the files."""
    answers: list[Answer] = []
    extra = seen = 0
    wall = cpu = 0.0
    for file in pictures:
        frame = load_picture(file)
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        found = engine.recognize(frame)
        wall, cpu = wall + time.perf_counter() - wall_start, cpu + time.process_time() - cpu_start
        here, beside = answers_to(truths.get(file.name, []), found)
        dark = bool(np.median(frame) < NIGHT)
        answers += [replace(answer, by_night=dark) for answer in here]
        extra, seen = extra + beside, seen + 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    per = 1000 / max(1, seen)
    return Measured(engine.name, seen, answers, extra, wall * per, cpu * per, peak)


def said_and_right(measured: Measured) -> list[tuple[float, bool]]:
    """Return confidence and truth of each read of a plate whose text is known."""
    return [(a.confidence, a.folded) for a in measured.answers if a.truth.plate and a.text]


def _right_of(answers: Sequence[Answer]) -> str:
    return f"{sum(a.folded for a in answers)} of {len(answers)}"


def figures(measured: Measured) -> dict[str, float | int | str]:
    """Turn answers into the figures that are printed."""
    known = [a for a in measured.answers if a.truth.plate]
    share, threshold = answered_at_precision(known, 0.99)
    return {
        "engine": measured.engine,
        "pictures": measured.pictures,
        "plates in view": len(measured.answers),
        "found of these (IoU 0.5)": sum(a.found for a in measured.answers),
        "plates with text": len(known),
        "found": sum(a.found for a in known),
        "exact": sum(a.exact for a in known),
        "right, O/0 and I/1 folded": sum(a.folded for a in known),
        "misread": sum(bool(a.text) and not a.folded for a in known),
        "not read": sum(not a.text for a in known),
        "reads beside any known plate": measured.extra_reads,
        "answered at 99 % precision, %": round(100 * share, 1),
        "from confidence": round(threshold, 3),
        "calibration error": round(calibration_error(known), 3),
        **{name: _right_of([a for a in known if belongs(a)]) for name, belongs in PARTS.items()},
        "ms a picture": round(measured.wall_ms, 1),
        "CPU ms a picture": round(measured.cpu_ms, 1),
        "peak memory, MiB": round(measured.peak_mib),
    }


def drawn_figures(engine: Engine, count: int) -> dict[str, str]:
    """Read drawn street pictures, so many of each condition: right ones by condition, then by state.

    The pictures come from the checkout's `training`: they say how well drawings are read, under conditions and with
    states that no photographs at hand show.
    """
    from training.street_sets import CONDITIONS, street_pictures

    by_condition: dict[str, list[Answer]] = {name: [] for name in CONDITIONS}
    by_region: dict[str, list[Answer]] = defaultdict(list)
    for name, answers in by_condition.items():
        for street in street_pictures(name, count):
            low, high = street.corners.min(axis=0), street.corners.max(axis=0)
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            answer = answers_to([Truth(box, street.text)], engine.recognize(street.picture))[0][0]
            answers.append(answer)
            by_region[street.region].append(answer)
    conditions = {f"drawn, {name}: right": _right_of(answers) for name, answers in by_condition.items()}
    found = [a.found for answers in by_condition.values() for a in answers]
    return {
        **conditions,
        "drawn: found": f"{sum(found)} of {len(found)}",
        **{f"drawn, {region}: right": _right_of(by_region[region]) for region in sorted(by_region)},
    }


def machine(threads: int) -> str:
    """Say in a line what this was measured on."""
    models = [line for line in _cpu_lines() if line.startswith("model name")]
    model = models[0].split(":", 1)[1].strip() if models else platform.processor()
    return (
        f"{model}, {os.cpu_count()} cores, {threads} thread(s) used; Python {platform.python_version()},"
        f" onnxruntime {onnxruntime.__version__}, OpenCV {cv2.__version__}"
    )


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def _print(table_of: Sequence[dict[str, float | int | str]], sentence: str) -> None:
    table = Table(title="Recognition", caption=sentence, caption_justify="left", title_justify="left")
    table.add_column("")
    for column in table_of:
        table.add_column(str(column["engine"]), justify="right")
    for name in list(table_of[0])[1:]:
        table.add_row(name, *(str(column.get(name, "")) for column in table_of))
    Console().print(table)


@click.command()
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="PLATEKEEPER_BENCH_PICTURES",
    required=True,
    help="Folder of pictures; also by PLATEKEEPER_BENCH_PICTURES.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV with file, x1, y1, x2, y2, plate; by default plates.csv in or beside the folder.",
)
@click.option(
    "--engine", "engines", multiple=True, default=("default",), help=f"Of {', '.join(ENGINES)}; repeatable."
)
@click.option(
    "--half",
    type=click.Choice(["all", "quote", "tune"]),
    default="all",
    show_default=True,
    help="Only the pictures of one half of the cars; what is fitted anywhere is fitted on the tune half.",
)
@click.option(
    "--drawn",
    type=int,
    default=0,
    help="Also so many drawn pictures of each condition (day, night, blur, ...).",
)
@click.option("--limit", type=int, help="Only so many pictures, evenly spread.")
@click.option("--threads", default=1, show_default=True)
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw how often each confidence is right."
)
@click.option("--json", "as_json", is_flag=True)
def command(
    *,
    pictures: Path,
    truth: Path | None,
    engines: tuple[str, ...],
    half: str,
    drawn: int,
    limit: int | None,
    threads: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Measure engines on pictures whose plates are known."""
    cv2.setNumThreads(threads)
    table = truth or truth_table(pictures)
    truths = read_truth(table) if half == "all" else half_of(read_truth(table), half)
    files = sorted(file for file in pictures.rglob("*") if file.name in truths)
    if not files:
        raise PlatekeeperError(f"No picture that {table} names is in {pictures}: check the folder.")
    chosen = files[:: max(1, len(files) // limit)][:limit] if limit else files
    results = []
    for name in engines:
        engine = open_engine(name, threads=threads)
        bar = track(chosen, description=name, console=Console(stderr=True), transient=True)
        measured = measure(engine, bar, truths)
        results.append(figures(measured) | (drawn_figures(engine, drawn) if drawn else {}))
        if plot and name == engines[0]:
            plot.write_text(reliability_plot(reliability(said_and_right(measured)), f"engine {name}"))
    if as_json:
        click.echo(json.dumps({"machine": machine(threads), "results": results}))
    else:
        _print(results, machine(threads))
