"""`platekeeper hotlist`, as a script calls it."""

import json
import subprocess
import sys

import pytest


def hotlist(*arguments):
    program = "from platekeeper.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "hotlist", *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def svs(tmp_path):
    file = tmp_path / "svs.tbl"
    file.write_text(
        "DATE07/02/2026 09:00\n8ABC123 CA1920260627\njunk\nBN0W111 0R0120260627\nTOTAL RECORD 0000003\n"
    )
    return file


class TestShow:
    def test_refuses_a_file_whose_total_is_wrong(self, svs):
        svs.write_text(svs.read_text().replace("0000003", "0000072"))

        shown = hotlist("show", "--layout", "ca-doj", str(svs))

        assert (shown.returncode, shown.stdout) == (1, "")
        assert shown.stderr.count("\n") == 1
        assert "claims 72 lines" in shown.stderr

    @pytest.mark.parametrize("layout", ["nowhere", "ny"])
    def test_refuses_another_layout(self, svs, layout):
        assert hotlist("show", "--layout", layout, str(svs)).returncode == 1

    def test_refuses_a_faulty_template(self, svs, tmp_path):
        template = tmp_path / "mine.toml"
        template.write_text("name = 1")

        shown = hotlist("show", "--template", str(template), str(svs))

        assert shown.returncode == 1
        assert "cannot be used" in shown.stderr

    def test_tells_a_missing_file(self, tmp_path):
        assert hotlist("show", str(tmp_path / "none")).returncode != 0

    def test_prints_the_contract(self, svs):
        shown = json.loads(hotlist("show", "--layout", "ca-doj", str(svs)).stdout)

        first, second = shown["entries"]
        assert {key: first[key] for key in ("plate", "state", "county", "date", "category")} == {
            "plate": "8ABC123",
            "state": "CA",
            "county": "19",
            "date": "2026-06-27",
            "category": "V",
        }
        assert (second["plate"], second["state"], second["state_raw"]) == ("BN0W111", "OR", "0R")
        assert shown["declared_total"] == 3
        assert [rejected["line"] for rejected in shown["rejected"]] == [3]
        assert shown["excluded"] == {}

    def test_leaves_out_what_is_asked_and_counts_it(self, svs):
        shown = json.loads(hotlist("show", "--layout", "ca-doj", "--exclude", "V", str(svs)).stdout)

        assert (shown["entries"], shown["excluded"]) == ([], {"V": 2})

    def test_takes_a_template_and_a_reason(self, tmp_path):
        template, file = tmp_path / "mine.toml", tmp_path / "mine.txt"
        template.write_text(
            'name = "mine"\ntitle = "Mine"\n[[shapes]]\ndelimiter = ";"\nfields = { plate = 1 }\n'
        )
        file.write_text("x;8abc123\n")

        shown = json.loads(hotlist("show", "--template", str(template), "--category", "P", str(file)).stdout)

        assert [(entry["plate"], entry["category"]) for entry in shown["entries"]] == [("8ABC123", "P")]


class TestLayouts:
    def test_are_listed(self):
        assert "ca-doj" in hotlist("layouts").stdout

    def test_are_listed_as_json(self):
        assert {"name", "title", "note"} == set(json.loads(hotlist("layouts", "--json").stdout)[0])
