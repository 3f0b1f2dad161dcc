"""A folder of weights: which models it holds, their digests, and the settings they were measured with.

`manifest.json` is training's: the ONNX files with their digests. A model whose bytes have another digest is
never run: a changed model would silently read other plates. `settings.json` is recognition's: at which size
to look, how often, and what the models' surety is worth.
"""

import hashlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from platekeeper.recognition.frames import RecognitionError

SHIPPED = Path(__file__).parent / "weights"
FOLDER_VARIABLE = "PLATEKEEPER_WEIGHTS"
FINDER, REFINER, READER = "finder.onnx", "refiner.onnx", "reader.onnx"

Points = tuple[tuple[float, float], ...]
_Form = TypeVar("_Form", bound=msgspec.Struct)


class WeightsUnusable(RecognitionError):  # noqa: N818  # named for what is so
    """Weights are missing, altered or described wrongly."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"The recognition weights cannot be used, {what}: {remedy}.")


class ModelFile(msgspec.Struct, frozen=True):
    """One model: the ONNX file's name beside the manifest, and its SHA-256 digest in hexadecimal."""

    file: str
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What training has put into a folder of weights.

    Attributes:
        weights: the models.
        regions: names of the reader's region classes: ISO 3166-2 codes, alpha-2 countries, or others.
    """

    weights: tuple[ModelFile, ...] = ()
    regions: tuple[str, ...] = ()

    def model(self, file: str) -> ModelFile | None:
        """Return the entry of a file, or None where there is none."""
        return next((each for each in self.weights if each.file == file), None)

    @property
    def version(self) -> str:
        """Names this set of weights in every stored read: the beginnings of the models' digests."""
        return "+".join(f"{Path(each.file).stem}-{each.sha256[:8].lower()}" for each in self.weights)


class FinderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the finder is used.

    Attributes:
        sides_px: the longer side of a picture is brought down to each of these in turn.
        threshold: cells scored lower are not looked at, in [0, 1].
        merge_iou: boxes that overlap at least so much are one plate.
        refined: how often a found plate's corners are set right.
        glance: what the reader sees nothing on, at a glance, is no plate: least product of both sureties.
    """

    sides_px: tuple[int, ...] = (960, 384, 160)
    threshold: float = 0.4
    merge_iou: float = 0.4
    refined: int = 1
    glance: float = 0.3


class ReaderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the reader is used.

    Attributes:
        margins: how the plate is cut out for each look, parts of its width and height; the looks are fused.
        sure: a first look surer of its text than this needs no others; 1 asks for all looks always.
        temperature: divides the log-probabilities; above 1 where the model is too sure.
        region_confidence: below it no region is told; nor is one that does not issue what was read (`ranking`).
        confidence: points (what the model says, how often that is right), rising; calibrates a reading.
        agreeing: the same for readings that an independent second reader confirms.
        disagreeing: the same for readings that it contradicts.
    """

    margins: tuple[tuple[float, float], ...] = ((0.04, 0.04), (0.0, 0.0), (0.08, 0.08))
    sure: float = 1.0
    temperature: float = 1.0
    region_confidence: float = 0.6
    confidence: Points = ((0.0, 0.0), (1.0, 1.0))
    agreeing: Points = ((0.0, 0.0), (1.0, 1.0))
    disagreeing: Points = ((0.0, 0.0), (1.0, 1.0))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With which settings the weights were measured, and how often they are right when they say so.

    Attributes:
        measured: version of the weights that were measured (`Manifest.version`); for others all this means
            nothing.
        finder: the finder's.
        reader: the reader's.
    """

    measured: str = ""
    finder: FinderSettings = FinderSettings()
    reader: ReaderSettings = ReaderSettings()


def weights_folder() -> Path:
    """Return where the weights are: in the package, unless PLATEKEEPER_WEIGHTS names another folder."""
    return Path(os.environ.get(FOLDER_VARIABLE) or SHIPPED)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder of weights.

    Args:
        folder: where `manifest.json` is.

    Returns:
        The manifest, empty where the folder has none; that its models are unaltered is checked on loading.

    Raises:
        WeightsUnusable: it has another form.
    """
    return _read(folder / "manifest.json", Manifest)


def read_settings(folder: Path) -> Settings:
    """Read the settings beside a manifest.

    Args:
        folder: where `settings.json` is.

    Returns:
        The settings; the usual ones where the folder has none.

    Raises:
        WeightsUnusable: they have another form.
    """
    return _read(folder / "settings.json", Settings)


def _read(file: Path, form: type[_Form]) -> _Form:
    try:
        return msgspec.json.decode(file.read_bytes(), type=form)
    except FileNotFoundError:
        return form()
    except OSError as problem:
        raise WeightsUnusable(f"{file} cannot be read ({problem.strerror})", "check its rights") from None
    except msgspec.MsgspecError as problem:
        raise WeightsUnusable(f"{file} is wrong ({problem})", "install the package again") from None


def load_model(folder: Path, model: ModelFile) -> bytes:
    """Load a model and check that it is the one that the manifest means.

    Args:
        folder: where the file is.
        model: which file, and its digest.

    Returns:
        The model's bytes.

    Raises:
        WeightsUnusable: the file is missing or has another digest.
    """
    file = folder / model.file
    try:
        content = file.read_bytes()
    except OSError:
        raise WeightsUnusable(f"{file} is missing", "install the package again") from None
    if hashlib.sha256(content).hexdigest() != model.sha256.lower():
        raise WeightsUnusable(f"{file} is not the file that the manifest names", "install the package again")
    return content
