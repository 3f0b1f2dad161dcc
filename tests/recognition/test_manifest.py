import hashlib
import json
from pathlib import Path

import pytest

from platekeeper.recognition import open_engine
from platekeeper.recognition.manifest import (
    SHIPPED,
    FinderSettings,
    Manifest,
    ModelFile,
    WeightsUnusable,
    load_model,
    read_manifest,
    read_settings,
    weights_folder,
)


def weights(folder: Path, **models: bytes) -> Path:
    """Write a manifest; models by stem, each with the bytes whose digest is listed."""
    listed = [
        {"file": f"{stem}.onnx", "sha256": hashlib.sha256(model).hexdigest()}
        for stem, model in models.items()
    ]
    (folder / "manifest.json").write_text(json.dumps({"weights": listed, "regions": ["US-CA"]}))
    return folder


class TestReadManifest:
    @pytest.mark.parametrize("text", ["", "{", "[]", '{"weights": 3}', '{"weights": [{"file": "a"}]}'])
    def test_refuses_another_form(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "manifest.json").write_text(text)

        with pytest.raises(WeightsUnusable, match=r"manifest.json is wrong .*: install the package again"):
            read_manifest(tmp_path)

    def test_refuses_what_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "manifest.json").mkdir()

        with pytest.raises(WeightsUnusable, match="cannot be read"):
            read_manifest(tmp_path)

    def test_is_empty_for_a_folder_without_one(self, tmp_path: Path) -> None:
        assert read_manifest(tmp_path) == Manifest()

    def test_names_the_set_by_its_digests(self, tmp_path: Path) -> None:
        manifest = read_manifest(weights(tmp_path, finder=b"a", reader=b"b"))

        assert manifest.version == "finder-ca978112+reader-3e23e816"
        assert manifest.regions == ("US-CA",)
        assert manifest.model("finder.onnx") is not None
        assert manifest.model("another.onnx") is None


class TestReadSettings:
    @pytest.mark.parametrize(
        "text", ["[]", '{"finder": {"side": 3}}', '{"reader": {"confidence": [[1]]}}', '{"reeder": {}}']
    )
    def test_refuses_another_form_and_misspelt_names(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "settings.json").write_text(text)

        with pytest.raises(WeightsUnusable, match=r"settings.json is wrong"):
            read_settings(tmp_path)

    def test_has_a_default_for_each(self, tmp_path: Path) -> None:
        (tmp_path / "settings.json").write_text('{"finder": {"sides_px": [640]}}')

        assert read_settings(tmp_path).finder == FinderSettings(sides_px=(640,))
        assert read_settings(tmp_path).reader == read_settings(tmp_path / "nothing").reader

    def test_accepts_what_is_shipped(self) -> None:
        for points in (read_settings(SHIPPED).reader.confidence, read_settings(SHIPPED).reader.agreeing):
            assert list(points) == sorted(points)


class TestLoadModel:
    def test_refuses_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(WeightsUnusable, match=r"finder.onnx is missing"):
            load_model(tmp_path, ModelFile("finder.onnx", "00"))

    def test_refuses_an_altered_file(self, tmp_path: Path) -> None:
        (tmp_path / "finder.onnx").write_bytes(b"model")
        digest = hashlib.sha256(b"another").hexdigest()

        with pytest.raises(WeightsUnusable, match="is not the file that the manifest names"):
            load_model(tmp_path, ModelFile("finder.onnx", digest))

    def test_loads_what_the_manifest_names(self, tmp_path: Path) -> None:
        (tmp_path / "finder.onnx").write_bytes(b"model")

        digest = hashlib.sha256(b"model").hexdigest().upper()
        assert load_model(tmp_path, ModelFile("finder.onnx", digest)) == b"model"

    def test_finds_every_shipped_model_unaltered(self) -> None:
        for model in read_manifest(SHIPPED).weights:
            assert load_model(SHIPPED, model)


class TestEngineOfWeights:
    @pytest.mark.parametrize("name", ["platekeeper", "platekeeper-alone"])
    def test_says_so_while_there_are_no_weights(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv("PLATEKEEPER_WEIGHTS", str(tmp_path))

        assert weights_folder() == tmp_path
        with pytest.raises(
            WeightsUnusable, match=r"has no finder.onnx: train it .* or choose the engine rapidocr"
        ):
            open_engine(name)

    def test_falls_back_to_text_recognition_by_default(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLATEKEEPER_WEIGHTS", str(weights(tmp_path, finder=b"alone")))

        assert open_engine(threads=1).name == "rapidocr"

    def test_does_not_use_weights_by_default_that_nobody_measured(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(
            "PLATEKEEPER_WEIGHTS", str(weights(tmp_path, finder=b"model", refiner=b"model", reader=b"model"))
        )
        (tmp_path / "settings.json").write_text(
            '{"measured": "finder-00000000+refiner-00000000+reader-00000000"}'
        )

        assert open_engine(threads=1).name == "rapidocr"

    def test_refuses_to_start_with_an_altered_model(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(
            "PLATEKEEPER_WEIGHTS", str(weights(tmp_path, finder=b"model", refiner=b"model", reader=b"model"))
        )
        measured = read_manifest(tmp_path).version
        (tmp_path / "settings.json").write_text(json.dumps({"measured": measured}))
        (tmp_path / "finder.onnx").write_bytes(b"altered")

        with pytest.raises(WeightsUnusable, match="not the file that the manifest names"):
            open_engine()
