"""What all tests share: an installation of their own in a temporary folder, thrown away afterwards."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

# before anything of the product is imported: no test may touch a real installation
_FOLDER = Path(tempfile.mkdtemp(prefix="platekeeper-test-"))
_FOLDER.chmod(0o711)
os.environ["PLATEKEEPER_DATA"] = str(_FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "platekeeper.office.config.settings"
os.environ["PLATEKEEPER_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ.pop("DATABASE_URL", None)
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

# no deadline: the machine's speed is not what a property is about; the same examples everywhere
hypothesis.settings.register_profile("platekeeper", deadline=None, derandomize=True)
hypothesis.settings.load_profile("platekeeper")

# whole servers, started, killed and attacked: a file takes minutes, so no core may get one when all others are done
_LONGEST = ("pages", "attacks", "functional", "cli", "demo")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep on one core what shares servers: a file, the pages of one demonstration, the attacks on one scene."""
    item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    if item.get_closest_marker("browser"):
        return "pages"
    parts = item.nodeid.split("::")[0].split("/")
    return "attacks" if "attacks" in parts else "/".join(parts)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest groups; the rest stays in its random order."""
    items.sort(key=lambda item: _turn(_group(item)))


def _turn(group: str) -> int:
    return next((turn for turn, part in enumerate(_LONGEST) if part in group.split("/")), len(_LONGEST))
