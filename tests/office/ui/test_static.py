import hashlib
import re
from pathlib import Path

import pytest

import platekeeper.office.ui

STATIC = Path(platekeeper.office.ui.__file__).parent / "static/ui"
VENDOR = STATIC / "vendor"
ROWS = re.findall(
    r"^(\S+)\s+\S+\s+[\d.]+\s+(\S+)\s+([0-9a-f]{64})$", (VENDOR / "README.txt").read_text(), re.MULTILINE
)


class TestVendoredFiles:
    @pytest.mark.parametrize(("name", "licence", "digest"), ROWS)
    def test_are_what_their_list_says(self, name: str, licence: str, digest: str) -> None:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest

    @pytest.mark.parametrize(("name", "licence", "digest"), ROWS)
    def test_have_their_licence_beside_them(self, name: str, licence: str, digest: str) -> None:
        stem = re.sub(r"(\.min)?\.(js|css)$|-700\.woff2$", "", name)

        assert (VENDOR / f"{stem}.LICENSE.txt").stat().st_size > 300

    def test_are_all_listed(self) -> None:
        listed = {name for name, _, _ in ROWS}
        present = {path.name for path in VENDOR.iterdir() if path.suffix in {".js", ".css", ".woff2"}}

        assert present == listed


class TestOwnFiles:
    @pytest.mark.parametrize(
        "path", [*sorted(STATIC.glob("css/*.css")), VENDOR / "leaflet.css"], ids=lambda p: p.name
    )
    def test_name_only_files_that_are_there(self, path: Path) -> None:
        for target in re.findall(r"url\([\"']?([^)\"'#]+)[\"']?\)", path.read_text()):
            assert (path.parent / target).exists(), target

    @pytest.mark.parametrize("path", sorted(STATIC.glob("js/*.js")), ids=lambda p: p.name)
    def test_neither_evaluate_text_nor_write_html(self, path: Path) -> None:
        assert not re.search(
            r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write", path.read_text()
        )

    def test_use_colours_from_the_tokens_only(self) -> None:
        allowed = re.compile(
            r"rgb\((0 0 0|255 255 255) / [\d.]+\)|#ffd166|#fff\b|#000|#05070a|#dde3e9|#eef2f5"
        )
        for path in STATIC.glob("css/*.css"):
            if path.name == "tokens.css":
                continue
            rest = allowed.sub("", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))
            assert re.findall(r"#[0-9a-f]{3,8}\b(?![-\w])|rgb\(", rest) == [], path.name
