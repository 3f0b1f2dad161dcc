"""The documents of this project, taken apart: links, code spans, commands."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "platekeeper"
DOCUMENTS = [
    *(
        ROOT / name
        for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# where a name in a document may be rooted
BASES = (ROOT, ROOT / "src", PACKAGE, PACKAGE / "office")
_FENCE = re.compile(r"^( {0,3})(```|~~~).*?^ {0,3}\2\s*$", re.DOTALL | re.MULTILINE)


def called(document: Path) -> str:
    """Return a document's name as people call it."""
    return document.relative_to(ROOT).as_posix()


def prose(document: Path) -> str:
    """Return a document without its fenced blocks and comments."""
    text = document.read_text("utf-8")
    return re.sub(r"<!--.*?-->", "", _FENCE.sub("", text), flags=re.DOTALL)


def spans(document: Path) -> list[str]:
    """Return the code spans of a document."""
    return re.findall(r"`([^`\n]+)`", prose(document))


def links(document: Path) -> list[str]:
    """Return where the links and pictures of a document lead."""
    without_code = re.sub(r"`[^`\n]+`", "", prose(document))
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", without_code)


def anchors(document: Path) -> set[str]:
    """Return the anchors that a document's headings make."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def typed(document: Path) -> Iterator[list[str]]:
    """Yield each `platekeeper` command that a document shows, as words."""
    blocks = "\n".join(match.group(0) for match in _FENCE.finditer(document.read_text("utf-8")))
    for line in [*spans(document), *blocks.replace("\\\n", " ").splitlines()]:
        for command in re.findall(r"(?:^|[\s(\"])(?:\.venv/bin/)?platekeeper ([^`#()|;\"]+)", line):
            yield command.split()


@cache
def names_in(module: Path) -> frozenset[str]:
    """Return the names that a module defines or hands on, methods and attributes as Class.name."""
    found: set[str] = set()
    for node in ast.parse(module.read_text("utf-8")).body:
        found |= _names_of(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names_of(inner)}
    return frozenset(found)


def _names_of(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return set()


def resolves(dotted: str) -> bool:
    """Tell whether a dotted name stands for a package, a module or a name in one."""
    parts = dotted.split(".")
    return any(_resolves_under(base, parts) for base in (PACKAGE, PACKAGE / "office"))


def _resolves_under(base: Path, parts: list[str]) -> bool:
    for length in range(len(parts), 0, -1):
        place, rest = base.joinpath(*parts[:length]), ".".join(parts[length:])
        for module in (place.with_suffix(".py"), place / "__init__.py"):
            if module.is_file() and (not rest or rest in names_in(module)):
                return True
    return False


def roots() -> frozenset[str]:
    """Return the first words that dotted names of this project begin with."""
    packages = [*PACKAGE.iterdir(), *(PACKAGE / "office").iterdir()]
    return frozenset(each.name for each in packages if (each / "__init__.py").is_file())
