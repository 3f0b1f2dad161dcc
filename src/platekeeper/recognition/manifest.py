"""The manifest of the shipped weights: which files, their digests, and the settings they were measured with.

A model whose bytes do not have the listed digest is never run: a changed model would silently read other
plates. The manifest is JSON: `version`, `finder` and `reader` (each null or an object with `file`, `sha256`
and settings).
"""

import hashlib
import os
from pathlib import Path

import msgspec

from platekeeper.recognition.frames import RecognitionError

SHIPPED = Path(__file__).parent / "weights"
FOLDER_VARIABLE = "PLATEKEEPER_WEIGHTS"


class WeightsUnusable(RecognitionError):  # noqa: N818  # named for what is so
    """Weights are missing, altered or described wrongly."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"The recognition weights cannot be used, {what}: {remedy}.")


class FinderWeights(msgspec.Struct, frozen=True):
    """The finder's model and settings.

    Attributes:
        file: name of the ONNX file beside the manifest.
        sha256: its digest, in hexadecimal.
        side_px: the longer side of a picture is brought down to this.
        threshold: cells scored lower are not looked at, in [0, 1].
        merge_iou: boxes that overlap at least so much are one plate.
    """

    file: str
    sha256: str
    side_px: int = 960
    threshold: float = 0.3
    merge_iou: float = 0.4


class ReaderWeights(msgspec.Struct, frozen=True):
    """The reader's model and settings.

    Attributes:
        file: name of the ONNX file beside the manifest.
        sha256: its digest, in hexadecimal.
        margins: how the plate is cut out for each look, parts of its width and height; the looks are fused.
        temperature: divides the log-probabilities; above 1 where the model is too sure.
        regions: ISO 3166-2 codes (or alpha-2 countries) of the model's region classes, "" for "cannot tell".
        region_confidence: below it no region is told.
        confidence: points (what the model says, how often that is right), rising; calibrates a reading.
        agreeing: the same for readings that an independent second reader confirms.
        disagreeing: the same for readings that it contradicts.
    """

    file: str
    sha256: str
    margins: tuple[tuple[float, float], ...] = ((0.04, 0.04),)
    temperature: float = 1.0
    regions: tuple[str, ...] = ()
    region_confidence: float = 0.8
    confidence: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    agreeing: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    disagreeing: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))


class Manifest(msgspec.Struct, frozen=True):
    """What weights there are.

    Attributes:
        version: names this set of weights in every stored read.
        finder: the finder's, None while there is none.
        reader: the reader's, None while there is none.
    """

    version: str
    finder: FinderWeights | None = None
    reader: ReaderWeights | None = None


def weights_folder() -> Path:
    """Return where the weights are: in the package, unless PLATEKEEPER_WEIGHTS names another folder."""
    return Path(os.environ.get(FOLDER_VARIABLE) or SHIPPED)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder of weights.

    Args:
        folder: where `manifest.json` is.

    Returns:
        The manifest; that its models are there and unaltered is checked when they are loaded.

    Raises:
        WeightsUnusable: there is no manifest, or it has another form.
    """
    file = folder / "manifest.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except OSError:
        raise WeightsUnusable(f"{file} is missing", "install the package again") from None
    except msgspec.MsgspecError as problem:
        raise WeightsUnusable(f"{file} is wrong ({problem})", "install the package again") from None


def load_model(folder: Path, weights: FinderWeights | ReaderWeights) -> bytes:
    """Load a model and check that it is the one that the manifest means.

    Args:
        folder: where the file is.
        weights: which file, and its digest.

    Returns:
        The model's bytes.

    Raises:
        WeightsUnusable: the file is missing or has another digest.
    """
    file = folder / weights.file
    try:
        model = file.read_bytes()
    except OSError:
        raise WeightsUnusable(f"{file} is missing", "install the package again") from None
    if hashlib.sha256(model).hexdigest() != weights.sha256.lower():
        raise WeightsUnusable(f"{file} is not the file that the manifest names", "install the package again")
    return model
