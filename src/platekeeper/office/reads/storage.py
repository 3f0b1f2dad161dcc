"""Where this installation keeps its sealed pictures."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from platekeeper.office.reads.vault import Vault


@lru_cache(maxsize=1)
def vault() -> Vault:
    """Return the vault of the data folder; its master key is read once a process."""
    return Vault(folder=Path(settings.DATA_FOLDER) / "images", master_key=settings.MASTER_KEY)
