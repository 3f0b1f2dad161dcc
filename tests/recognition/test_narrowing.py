import numpy as np
import pytest

from platekeeper.recognition.narrowing import class_names, narrowed
from platekeeper.recognition.sessions import open_session
from platekeeper.recognition.text_engine import RECOGNISER, TextDetector, TextReader, _model

LINE = np.random.default_rng(7).uniform(-1, 1, (1, 3, 48, 96)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> bytes:
    return _model(RECOGNISER).read_bytes()


class TestNarrowed:
    def test_tells_the_kept_classes_as_before_beside_each_other(self, model: bytes) -> None:
        names = class_names(model)
        kept = [0, *(names.index(char) for char in "0189AMZ")]

        (full,) = open_session(model, threads=1).run(None, {"x": LINE})
        (few,) = open_session(narrowed(model, kept, of=len(names)), threads=1).run(None, {"x": LINE})

        assert full.shape[2] == len(names)
        shares = full[..., kept] / full[..., kept].sum(axis=2, keepdims=True)
        assert few == pytest.approx(shares, abs=1e-5)

    def test_leaves_a_model_alone_that_has_no_layer_of_that_width(self, model: bytes) -> None:
        assert len(narrowed(model, [0, 1], of=17)) == len(model)


class TestTextReader:
    def test_knows_other_scripts_where_they_tell_a_line_of_text_from_a_plate(self) -> None:
        detector = TextDetector(threads=1)

        of_lines, of_plates = (TextReader(detector, threads=1, crop_is=each) for each in ("line", "plate"))

        assert "京" in of_lines._names
        assert "京" not in of_plates._names
        assert [of_lines._names[at] for at in of_lines._used] == of_plates._names
