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
_LONGEST = {"functional", "attacks", "cli", "demo"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the rest stays in its random order."""
    items.sort(key=lambda item: _LONGEST.isdisjoint(item.nodeid.split("/")))
