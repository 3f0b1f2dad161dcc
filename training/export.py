"""Write the trained networks as the ONNX files the product ships, with a manifest of their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from training.crops import CROP_HEIGHT, CROP_WIDTH
from training.evaluate import rendered_crops
from training.finder import Finder
from training.frames import frames
from training.reader import Reader
from training.refine_samples import HEIGHT, WIDTH
from training.refiner import Refiner
from training.styles import REGIONS

OPSET = 18
CALIBRATION_SEED = 555
LARGEST_BYTES = 12 * 2**20


class TemperedReader(nn.Module):
    """A reader whose answers are as sure as they are right: its scores are divided by a temperature."""

    def __init__(self, reader: Reader, temperature: float) -> None:
        super().__init__()
        self.reader, self.temperature = reader, temperature

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities by column, and by region."""
        log_probs, region = self.reader(crops)
        return (log_probs / self.temperature).log_softmax(-1), region


def load(network: nn.Module, checkpoint: Path) -> nn.Module:
    """Return a network with a checkpoint's averaged weights, ready to answer."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(saved["average"])
    return network.eval()


def unshuffled(stem: nn.Sequential) -> nn.Sequential:
    """Return a stem without its pixel shuffle: one larger convolution does the same at once."""
    first = stem[1][0]
    small = first.weight.detach()
    large = torch.zeros(small.shape[0], 1, 6, 6)
    for dy in (0, 1):
        for dx in (0, 1):
            large[:, 0, dy::2, dx::2] = small[:, dy * 2 + dx]
    wide = nn.Conv2d(1, small.shape[0], 6, 4, 2, bias=False)
    wide.weight = nn.Parameter(large)
    return nn.Sequential(nn.Sequential(wide, *list(stem[1])[1:]), *list(stem)[2:]).eval()


def export(
    folder: Path, reader_file: Path, finder_file: Path, refiner_file: Path, *, temperature: float
) -> None:
    """Write reader.onnx, finder.onnx and refiner.onnx.

    Args:
        folder: made where it is missing.
        reader_file: checkpoint of the reader.
        finder_file: checkpoint of the finder.
        refiner_file: checkpoint of the refiner.
        temperature: of the reader's scores.

    Raises:
        ValueError: a file answers differently from its network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reader, finder = load(Reader(), reader_file), load(Finder(), finder_file)
    refiner, looks = load(Refiner(), refiner_file), torch.rand(3, 1, HEIGHT, WIDTH) * 255
    crops = torch.rand(3, 1, CROP_HEIGHT, CROP_WIDTH) * 255
    picture = torch.rand(1, 1, 96, 160) * 255
    wanted = [reader(crops)[0].detach() / temperature, finder(picture)[0].detach()]
    reader.stem, finder.at_8 = unshuffled(reader.stem), unshuffled(finder.at_8)
    tempered = TemperedReader(reader, temperature).eval()
    _write(
        tempered,
        crops,
        folder / "reader.onnx",
        inputs=["crops"],
        outputs=["log_probs", "region"],
        free={0: "n"},
    )
    _write(
        finder,
        picture,
        folder / "finder.onnx",
        inputs=["image"],
        outputs=["score", "corners"],
        free={2: "h", 3: "w"},
    )
    _write(refiner, looks, folder / "refiner.onnx", inputs=["crops"], outputs=["shifts"], free={0: "n"})
    _check(folder / "refiner.onnx", looks, refiner(looks).detach())
    _check(folder / "reader.onnx", crops, wanted[0].log_softmax(-1))
    quantise_finder(folder / "finder.onnx")
    quantise_reader(folder / "reader.onnx")
    _check(folder / "finder.onnx", picture, wanted[1], apart=0.3)


def _write(
    network: nn.Module,
    example: Tensor,
    file: Path,
    *,
    inputs: list[str],
    outputs: list[str],
    free: dict[int, str],
) -> None:
    names = [*inputs, *outputs] if 0 in free else inputs + outputs
    axes = {name: free if name in inputs or 0 in free else {2: "h8", 3: "w8"} for name in names}
    torch.onnx.export(
        network,
        (example,),
        str(file),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(str(file)))


class _Given(CalibrationDataReader):  # type: ignore[misc]
    """Pictures whose activations set the ranges of a network in eight bits."""

    def __init__(self, name: str, pictures: Iterable[np.ndarray]) -> None:
        self._left = [{name: each.astype(np.float32)} for each in pictures]

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next picture, or None after the last."""
        return self._left.pop() if self._left else None


def quantise_finder(file: Path) -> None:
    """Bring the finder to eight bits: that halves its time and loses nothing measurable.

    Its first and last convolutions stay whole, for they set the contrast and the corners.
    """
    pictures = (each.picture[None, None] for each in islice(frames(CALIBRATION_SEED), 48))
    _quantise(file, _Given("image", pictures), operations=["Conv", "Add", "Resize"], whole=(0, -1))


def quantise_reader(file: Path) -> None:
    """Bring the reader's convolutions to eight bits: that spares a third of its time; the first stays whole."""
    drawn = [*rendered_crops("ordinary", 40, CALIBRATION_SEED), *rendered_crops("hard", 40, CALIBRATION_SEED)]
    pictures = (each.picture[None, None] for each in drawn)
    _quantise(file, _Given("crops", pictures), operations=["Conv"], whole=(0,))


def _quantise(file: Path, given: _Given, *, operations: list[str], whole: tuple[int, ...]) -> None:
    plain = file.with_suffix(".plain.onnx")
    quant_pre_process(str(file), str(plain), skip_symbolic_shape=True)
    convolutions = [node.name for node in onnx.load(str(plain)).graph.node if node.op_type == "Conv"]
    quantize_static(
        str(plain),
        str(file),
        given,
        per_channel=True,
        weight_type=QuantType.QInt8,
        activation_type=QuantType.QUInt8,
        op_types_to_quantize=operations,
        nodes_to_exclude=[convolutions[at] for at in whole],
    )
    plain.unlink()


def _check(file: Path, example: Tensor, wanted: Tensor, apart: float = 1e-2) -> None:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    got = session.run(None, {session.get_inputs()[0].name: example.numpy()})[0]
    if np.abs(got - wanted.numpy()).max() > apart:
        raise ValueError(f"{file.name} answers differently from the network it was exported from.")


def write_manifest(folder: Path, figures: dict[str, object]) -> None:
    """Write manifest.json: what the files are for, their digests, their figures, the reader's regions.

    Args:
        folder: with both files.
        figures: by the file's stem.

    Raises:
        ValueError: the files are larger than the product may ship.
    """
    purposes = {
        "finder.onnx": "finds plates and their four corners",
        "refiner.onnx": "sets a found plate's corners right",
        "reader.onnx": "reads a rectified plate",
    }
    files = [
        {
            "file": name,
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            "bytes": (folder / name).stat().st_size,
            "purpose": purpose,
            "figures": figures.get(name.partition(".")[0], {}),
        }
        for name, purpose in purposes.items()
    ]
    if sum(int((folder / name).stat().st_size) for name in purposes) > LARGEST_BYTES:
        raise ValueError("The weights are larger than 12 MB: narrow the networks.")
    manifest = {"weights": files, "regions": list(REGIONS)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
