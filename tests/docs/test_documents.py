import re
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import click
import msgspec
import pytest

from platekeeper import cli, wire
from tests.docs import commands
from tests.docs.pages import (
    BASES,
    DOCUMENTS,
    PACKAGE,
    ROOT,
    anchors,
    called,
    links,
    names_in,
    prose,
    resolves,
    roots,
    spans,
    typed,
)

ARCHITECTURE = ROOT / "ARCHITECTURE.md"
DOTTED = [ARCHITECTURE, *sorted((ROOT / "docs" / "adr").glob("*.md"))]
FILES = re.compile(r"[\w.\-]+(?:/[\w.\-]+)*\.(?:py|sql|toml|css|html|md)")
FOLDERS = re.compile(
    r"(?:src|tests|docs|training|bench|requirements|office|policy|ledger|recognition)(?:/[\w\-]+)+/?"
)
# standards and the project's own examples; packages are named, never where they are fetched from
HOSTS = frozenset(
    {
        "127.0.0.1",
        "alpr.example.gov",
        "tiles.example.gov",
        "db.example.gov",
        "lists.example.gov",
        "idp.example.gov",
        "schemas.microsoft.com",  # begins the name of a claim
        "keepachangelog.com",
        "semver.org",
        "c2sp.org",
    }
)
# pictures that are made by the tests of the browser, not written
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=called)


def exists(name: str) -> bool:
    return any((base / name).exists() for base in BASES)


def is_placeholder(name: str) -> bool:
    return re.search(r"(?:^|/)[A-Z]{3,}(?:/|\.\w+$)", name) is not None and name not in {
        called(document) for document in DOCUMENTS
    }


@documents
class TestDocument:
    def test_has_no_link_that_leads_nowhere(self, document):
        broken = []
        for link in links(document):
            path, _, anchor = link.partition("#")
            target = (document.parent / path).resolve() if path else document
            if urlsplit(link).scheme:
                continue
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(link)

        assert not broken

    def test_leads_nobody_out_of_the_project(self, document):
        paths = [link.partition("#")[0] for link in links(document) if not urlsplit(link).scheme]
        paths += [span for span in spans(document) if span.startswith("../")]

        outside = [path for path in paths if not (document.parent / path).resolve().is_relative_to(ROOT)]

        assert not outside

    def test_names_no_file_that_does_not_exist(self, document):
        named = {span for span in spans(document) if FILES.fullmatch(span) and "/" in span}
        named |= {span for span in spans(document) if FOLDERS.fullmatch(span) and not span.endswith(".key")}

        assert [name for name in sorted(named) if not is_placeholder(name) and not exists(name)] == []

    def test_names_no_host_but_examples_and_standards(self, document):
        addresses = re.findall(r"\b(?:https?|postgresql|rtsp)://[^\s)`>\"']+", document.read_text("utf-8"))

        assert {urlsplit(address).hostname for address in addresses} <= HOSTS

    def test_names_no_folder_of_a_developers_machine(self, document):
        text = document.read_text("utf-8")
        homes = [
            str(Path.home()),
            str(ROOT),
            *(str(folder) for folder in ROOT.parents if len(folder.parts) > 1),
        ]

        found = [home for home in homes if re.search(rf"(?<![\w./-]){re.escape(home)}(?![\w-])", text)]

        assert not found
        assert not re.search(r"(?<![\w.])/(?:home|Users|tmp)/", text)

    def test_shows_commands_that_exist(self, document):
        wrong = []
        for words in typed(document):
            command = cli.platekeeper
            for word in words:
                if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z][a-z\-]*", word):
                    break
                found = command.get_command(click.Context(command), word)
                if found is None:
                    wrong.append(" ".join(words))
                    break
                command = found
                if word in commands.UNOPENED:
                    break
            known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)} | {"--help"}
            options = {word.partition("=")[0].strip("[],.") for word in words if word.startswith("--")}
            if not isinstance(command, click.Group) and not options <= known:
                wrong.append(" ".join(words))

        assert not wrong


class TestArchitecture:
    def test_fits_on_one_page(self):
        assert len(ARCHITECTURE.read_text("utf-8").splitlines()) <= 120

    @pytest.mark.parametrize("document", DOTTED, ids=called)
    def test_names_modules_and_functions_that_exist(self, document):
        named = {span for span in spans(document) if re.fullmatch(r"[a-z_]+(?:\.\w+)+", span)}
        ours = {name for name in named if name.split(".")[0] in roots() and not FILES.fullmatch(name)}

        assert [name for name in sorted(ours) if not resolves(name)] == []

    def test_names_packages_that_exist(self):
        table = prose(ARCHITECTURE).split("## Codemap")[1].split("Inside the office")[0]
        packages = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)

        assert packages
        assert [name for name in packages if name not in roots()] == []

    def test_leaves_no_package_out(self):
        table = prose(ARCHITECTURE).split("## Codemap")[1].split("## Life")[0]

        assert [name for name in sorted(roots()) if f"`{name}`" not in table] == []

    def test_names_database_functions_and_views_that_exist(self):
        sql = "\n".join(file.read_text("utf-8") for file in PACKAGE.rglob("*.sql"))
        functions = {span[:-2] for span in spans(ARCHITECTURE) if re.fullmatch(r"\w+\(\)", span)}
        views = {span for span in spans(ARCHITECTURE) if re.fullmatch(r"visible_[a-z_]+", span)}

        assert functions
        assert [name for name in sorted(functions) if not re.search(rf"FUNCTION {name}\(", sql)] == []
        assert views
        assert [name for name in sorted(views) if f"VIEW {name} " not in sql] == []


class TestDecisions:
    FILES = sorted((ROOT / "docs" / "adr").glob("*.md"))

    def test_are_numbered_without_gaps(self):
        assert [int(file.name[:4]) for file in self.FILES] == list(range(1, len(self.FILES) + 1))

    @pytest.mark.parametrize("file", FILES, ids=called)
    def test_have_one_page_and_the_same_parts(self, file):
        text = file.read_text("utf-8")

        assert len(text.splitlines()) <= 60
        assert text.startswith(f"# {file.name[:4]} · ")
        assert re.findall(r"^## (\w+)", text, re.MULTILINE)[:3] == ["Context", "Decision", "Consequences"]


class TestReference:
    def test_describes_every_command_as_it_is(self):
        written = commands.FILE.read_text("utf-8").partition(commands.MARK)[2].strip()

        assert written == commands.rendered().strip(), "say: python -m tests.docs.commands"

    def test_describes_every_setting_and_no_other(self):
        code = "\n".join(
            file.read_text("utf-8") for file in [*PACKAGE.rglob("*.py"), *(ROOT / "bench").glob("*.py")]
        )
        used = set(re.findall(r"\bPLATEKEEPER_[A-Z_]+\b|\bDATABASE_URL\b", code))
        table = prose(ROOT / "docs/how-to/install.md").split("## Settings")[1].split("## ")[0]

        assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == used

    def test_describes_every_field_of_the_read_message(self):
        said = set(spans(ROOT / "docs/reference/reads.md"))
        fields = {
            f"{struct.__name__}.{field.encode_name}"
            for struct in structs_of(wire.ReadBatch)
            for field in msgspec.structs.fields(struct)
        }

        assert [field for field in sorted(fields) if field.split(".")[1] not in said] == []

    def test_names_no_part_of_the_read_message_that_is_gone(self):
        text = prose(ROOT / "docs/reference/reads.md")
        parts = set(re.findall(r"^\| `([A-Z]\w+)` \|", text, re.MULTILINE))

        assert parts <= {struct.__name__ for struct in structs_of(wire.ReadBatch)}


class TestGlossary:
    def test_names_nothing_that_the_code_does_not_know(self):
        rows = re.findall(
            r"^\| [^|]+ \| [^|]+ \| ([^|]*) \|", prose(ROOT / "docs/explanation/glossary.md"), re.MULTILINE
        )
        named = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
        code = "\n".join(
            file.read_text("utf-8") for file in PACKAGE.rglob("*") if file.suffix in {".py", ".sql"}
        )

        assert named
        assert [word for word in sorted(named) if not re.search(rf"\b{word}\b", code)] == []


class TestNamesIn:
    def test_knows_methods_and_what_a_package_hands_on(self):
        assert "Person.get_full_name" in names_in(PACKAGE / "office" / "accounts" / "models.py")
        assert "Read" in names_in(PACKAGE / "wire" / "__init__.py")

    def test_finds_no_name_that_is_only_used(self):
        assert not resolves("policy.access.datetime.now")


def structs_of(struct: type, seen: frozenset[type] = frozenset()) -> frozenset[type]:
    """Return a message's struct and every struct within it."""
    seen |= {struct}
    for field in msgspec.structs.fields(struct):
        for inner in inner_structs(field.type):
            if inner not in seen:
                seen = structs_of(inner, seen)
    return seen


def inner_structs(kind: object) -> frozenset[type]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return frozenset({kind})
    return frozenset().union(*(inner_structs(part) for part in get_args(kind)))
