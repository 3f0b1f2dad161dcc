import hashlib
import json
from pathlib import Path

import pytest

from platekeeper.recognition import RecognitionError, engines, open_engine
from platekeeper.recognition.manifest import (
    SHIPPED,
    FinderWeights,
    WeightsUnusable,
    load_model,
    read_manifest,
    weights_folder,
)


def weights(folder: Path, **entries: object) -> Path:
    (folder / "manifest.json").write_text(json.dumps({"version": "test"} | entries))
    return folder


class TestReadManifest:
    def test_refuses_a_folder_without_one(self, tmp_path: Path) -> None:
        with pytest.raises(WeightsUnusable, match=r"manifest.json is missing: install the package again"):
            read_manifest(tmp_path)

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3}', '{"version": "1", "finder": {}}'])
    def test_refuses_another_form(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "manifest.json").write_text(text)

        with pytest.raises(WeightsUnusable, match="is wrong"):
            read_manifest(tmp_path)

    def test_accepts_what_is_shipped(self) -> None:
        assert read_manifest(SHIPPED).version


class TestLoadModel:
    def test_refuses_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(WeightsUnusable, match=r"finder.onnx is missing"):
            load_model(tmp_path, FinderWeights("finder.onnx", "00"))

    def test_refuses_an_altered_file(self, tmp_path: Path) -> None:
        (tmp_path / "finder.onnx").write_bytes(b"model")
        digest = hashlib.sha256(b"another").hexdigest()

        with pytest.raises(WeightsUnusable, match="is not the file that the manifest names"):
            load_model(tmp_path, FinderWeights("finder.onnx", digest))

    def test_loads_what_the_manifest_names(self, tmp_path: Path) -> None:
        (tmp_path / "finder.onnx").write_bytes(b"model")

        digest = hashlib.sha256(b"model").hexdigest().upper()
        assert load_model(tmp_path, FinderWeights("finder.onnx", digest)) == b"model"

    def test_finds_every_shipped_model_unaltered(self) -> None:
        manifest = read_manifest(SHIPPED)

        for model in (manifest.finder, manifest.reader):
            assert model is None or load_model(SHIPPED, model)


class TestEngineOfWeights:
    @pytest.mark.parametrize("name", ["platekeeper", "platekeeper-alone"])
    def test_says_so_while_there_are_no_weights(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv("PLATEKEEPER_WEIGHTS", str(weights(tmp_path)))

        assert weights_folder() == tmp_path
        with pytest.raises(RecognitionError, match=f"engine '{name}' cannot start, its weights are not part"):
            open_engine(name)

    def test_falls_back_to_text_recognition_by_default(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLATEKEEPER_WEIGHTS", str(weights(tmp_path)))

        assert open_engine(threads=1).name == "rapidocr"

    def test_refuses_to_start_with_an_altered_model(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "model.onnx").write_bytes(b"altered")
        model = {"file": "model.onnx", "sha256": "00" * 32}
        monkeypatch.setenv("PLATEKEEPER_WEIGHTS", str(weights(tmp_path, finder=model, reader=model)))

        assert engines.has_weights(tmp_path)
        with pytest.raises(WeightsUnusable, match="not the file that the manifest names"):
            open_engine()
