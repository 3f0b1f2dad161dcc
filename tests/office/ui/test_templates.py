"""Every template is looked at, so that a new one is either right or red."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

import platekeeper.office

OFFICE = Path(platekeeper.office.__file__).parent
TEMPLATES = sorted(OFFICE.glob("*/templates/**/*.html"))
SPRITE = (OFFICE / "ui/static/ui/icons.svg").read_text()
NAMES = [
    path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix() for path in TEMPLATES
]

each_template = pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)


class TestEveryTemplate:
    @pytest.mark.parametrize("name", NAMES)
    def test_compiles(self, name: str) -> None:
        assert get_template(name)

    @each_template
    def test_holds_no_script_or_style_that_the_policy_of_contents_forbids(self, path: Path) -> None:
        text = path.read_text()

        assert not re.search(r"<script(?![^>]*(\bsrc=|type=.application/json))", text)
        assert not re.search(r"<style|\sstyle=", text)
        assert not re.search(r"\son[a-z]+=", text)
        assert not re.search(r"hx-on|javascript:|hx-vals=.js", text)

    @each_template
    def test_names_only_static_files_that_exist(self, path: Path) -> None:
        for name in re.findall(r"{% static '([^']+)' %}", path.read_text()):
            assert finders.find(name), name

    @each_template
    def test_uses_only_icons_that_were_drawn(self, path: Path) -> None:
        text = path.read_text()
        used = re.findall(r'{% icon "([a-z]+)" %}', text) + re.findall(r'symbol="([a-z]+)"', text)

        assert [name for name in used if f'id="{name}"' not in SPRITE] == []

    @each_template
    def test_gives_every_picture_a_text(self, path: Path) -> None:
        assert not re.search(r"<img(?![^>]*\balt=)", path.read_text())

    @each_template
    def test_protects_every_form_that_posts(self, path: Path) -> None:
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), flags=re.DOTALL):
            assert ('method="post"' not in form) or ("csrf_token" in form)

    @each_template
    def test_loads_nothing_from_elsewhere(self, path: Path) -> None:
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", path.read_text())

    @each_template
    def test_marks_nothing_as_safe(self, path: Path) -> None:
        assert not re.search(r"\|safe|autoescape off", path.read_text())
