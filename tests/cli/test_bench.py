import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from platekeeper.cli import bench as bench_module
from platekeeper.cli.bench import BENCHES, BenchMissing, bench, bench_folder
from tests.recognition.drawn import street, street_with
from tests.recognition.test_sources import picture


class TestBench:
    def test_says_where_benches_are_when_they_are_not_installed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bench_module, "bench_folder", lambda: tmp_path)

        result = CliRunner().invoke(bench, ["recognition"])

        assert isinstance(result.exception, BenchMissing)
        assert "clone the repository" in str(result.exception)

    def test_knows_no_other_names(self) -> None:
        assert CliRunner().invoke(bench, ["nothing"]).exit_code == 2

    def test_has_a_file_for_every_name(self) -> None:
        assert [name for name, file in BENCHES.items() if not (bench_folder() / file).is_file()] == []


class TestColourBench:
    def test_counts_what_was_told_right_wrong_and_not_at_all(self, tmp_path: Path) -> None:
        rows = (bench_folder() / "colours.csv").read_text().splitlines()[1:]
        file, x, y, named = rows[0].split(",")
        picture(tmp_path / file, np.full((720, 1280, 3), 20, np.uint8))
        table = f"file,x1,y1,x2,y2,plate\n{file},{x},{y},{int(x) + 60},{int(y) + 14},\n"
        (tmp_path / "plates.csv").write_text(table)

        result = CliRunner().invoke(bench, ["colour", "--pictures", str(tmp_path), "--json"])

        # a picture that dark was taken by night
        counted = {"right": 0, "wrong": 0, "untold": 1}
        assert json.loads(result.output) == {named: counted, "all": counted}

    def test_says_that_a_folder_holds_none_of_the_pictures(self, tmp_path: Path) -> None:
        (tmp_path / "plates.csv").write_text("file,x1,y1,x2,y2,plate\n")

        result = CliRunner().invoke(bench, ["colour", "--pictures", str(tmp_path)])

        assert "check the folder" in str(result.exception)


class TestRecognitionBench:
    def test_tells_found_right_misread_and_not_read_apart(self, tmp_path: Path) -> None:
        picture(tmp_path / "right.png", street_with("8ABC123"))
        picture(tmp_path / "folded.png", street_with("8ABC103"))
        picture(tmp_path / "wrong.png", street_with("KLM4567"))
        picture(tmp_path / "missing.png", street())
        rows = [("right", "8ABC123"), ("folded", "8ABCI03"), ("wrong", "XYZ4567"), ("missing", "1AAA111")]
        table = [f"{name}.png,210,200,430,260,{plate}" for name, plate in rows]
        (tmp_path / "plates.csv").write_text("\n".join(["file,x1,y1,x2,y2,plate", *table]))

        plot = tmp_path / "plot.svg"
        told = ["--json", "--pictures", str(tmp_path), "--plot", str(plot)]
        result = CliRunner().invoke(bench, ["recognition", *told])

        assert "Reliability of engine default" in plot.read_text()
        assert "<circle" in plot.read_text()
        (figures,) = json.loads(result.stdout)["results"]
        assert figures["plates with text"] == 4
        assert figures["found"] == 3
        assert figures["exact"] == 1
        assert figures["right, O/0 and I/1 folded"] == 2
        assert figures["misread"] == 1
        assert figures["not read"] == 1
