import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from training.styles import REGIONS

WEIGHTS = Path(__file__).resolve().parents[2] / "src/platekeeper/recognition/weights"

pytestmark = pytest.mark.skipif(
    not (WEIGHTS / "manifest.json").exists(), reason="no weights have been exported"
)


class TestManifest:
    def test_lists_every_model_with_its_digest(self):
        listed = {row["file"]: row["sha256"] for row in _manifest()["weights"]}

        assert listed == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in WEIGHTS.glob("*.onnx")}

    def test_names_the_regions_that_the_reader_was_trained_on(self):
        assert _manifest()["regions"] == list(REGIONS)

    def test_stays_under_twelve_megabytes(self):
        assert sum(p.stat().st_size for p in WEIGHTS.glob("*.onnx")) < 12 * 2**20


class TestFinderFile:
    @pytest.mark.parametrize(("height", "width"), [(32, 64), (384, 640)])
    def test_answers_one_cell_for_eight_pixels(self, height, width):
        picture = np.zeros((1, 1, height, width), np.float32)

        score, corners = _session("finder.onnx").run(["score", "corners"], {"image": picture})

        assert score.shape == (1, 1, height // 8, width // 8)
        assert corners.shape == (1, 8, height // 8, width // 8)
        assert 0 <= score.min() <= score.max() <= 1


class TestReaderFile:
    @pytest.mark.parametrize("count", [1, 5])
    def test_answers_probabilities_for_every_column_and_region(self, count):
        crops = np.random.default_rng(1).uniform(0, 255, (count, 1, 48, 128)).astype(np.float32)

        log_probs, region = _session("reader.onnx").run(["log_probs", "region"], {"crops": crops})

        assert log_probs.shape == (count, 32, 37)
        assert np.exp(log_probs).sum(axis=2) == pytest.approx(1, abs=1e-4)
        assert region.shape == (count, len(REGIONS))

    def test_reads_a_clean_drawn_plate(self):
        from training.crops import crops
        from training.ctc import decoded, folded

        easy = crops(77, 0.0)
        drawn = [next(easy) for _ in range(60)]
        pictures = np.stack([c.picture for c in drawn])[:, None].astype(np.float32)

        read = decoded(_session("reader.onnx").run(["log_probs"], {"crops": pictures})[0])

        assert sum(folded(text) == folded(c.text) for (text, _), c in zip(read, drawn, strict=True)) > 36


def _manifest():
    return json.loads((WEIGHTS / "manifest.json").read_text())


def _session(name):
    return onnxruntime.InferenceSession(str(WEIGHTS / name), providers=["CPUExecutionProvider"])
