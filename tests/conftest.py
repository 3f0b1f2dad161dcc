"""What all tests share: an installation of their own in a temporary folder, thrown away afterwards."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

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
# (what carries the whole ledger elsewhere comes before other tests have filled it)
_LONGEST = ("attacks", "pages", "functional", "cli", "demo", "test_keeping.py")
_PAGES = ("test_accessibility.py", "test_browser.py", "test_line.py", "test_officer.py", "test_passkeys.py")


class _ByServers(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps on one core what shares servers."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Deal tests out to the cores by group."""
    return _ByServers(config, log)


def _group(nodeid: str) -> str:
    """Return what shares servers with a test: its file, all pages of one demonstration, all attacks on one scene."""
    parts = nodeid.split("::")[0].split("/")
    if parts[-1] in _PAGES:
        return "pages"
    return "attacks" if "attacks" in parts else "/".join(parts)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest groups; the rest stays in its random order."""
    items.sort(key=lambda item: _turn(_group(item.nodeid)))


def _turn(group: str) -> int:
    return next((turn for turn, part in enumerate(_LONGEST) if part in group.split("/")), len(_LONGEST))
