"""`platekeeper evidence`: packages that were copied out, checked and put on media; no installation is needed."""

import json
import sys
from pathlib import Path

import click

from platekeeper.evidence.bag import EvidenceError
from platekeeper.evidence.timestamps import certificates_in, stamped_at
from platekeeper.evidence.verify import MANIFESTS, STAMP, Folder, Package, Verdict, Zip, files_of, verify_path
from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.ledger.verify import Fault, PublicKey

_PACKAGE = click.argument("package", type=click.Path(exists=True, path_type=Path))
_KEYS = click.option("--key", "keys", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
                     help="A public key file of the ledger, from where the agency publishes it.")  # fmt: skip


@click.group()
def evidence() -> None:
    """Verify evidence packages and write them to media."""


@evidence.command()
@_PACKAGE
@_KEYS
@click.option("--stamped-by", "roots", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Root certificates (PEM) of the time-stamp authority: its stamp is checked too.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
def verify(package: Path, keys: tuple[Path, ...], roots: Path | None, *, as_json: bool) -> None:
    """Say whether PACKAGE, a folder or a zip, is complete and unchanged.

    Exit status 1 where it is not; the sentence names the file.
    """
    verdict = _verdict(package, keys)
    if verdict.holds and roots is not None:
        verdict = _with_stamp(verdict, package, roots)
    click.echo(json.dumps(verdict._asdict()) if as_json else verdict.sentence)
    if not verdict.holds:
        sys.exit(1)


@evidence.command()
@_PACKAGE
@click.argument("folder", type=click.Path(path_type=Path))
@_KEYS
def write(package: Path, folder: Path, keys: tuple[Path, ...]) -> None:
    """Verify PACKAGE, copy it into the new FOLDER (on a medium, say), and verify what was written."""
    verdict = _verdict(package, keys)
    if not verdict.holds:
        raise EvidenceError(verdict.sentence)
    if folder.exists():
        raise EvidenceError(f"{folder} is there already: name a new folder on the medium.")
    if package.is_dir():
        _copy(Folder(package), folder)
    else:
        with package.open("rb") as file:
            _copy(Zip(file), folder)
    written = _verdict(folder, keys)
    if not written.holds:
        raise EvidenceError(f"The medium does not hold what was written to it: {written.sentence}")
    click.echo(f"{folder}: {written.sentence}")


def _verdict(package: Path, keys: tuple[Path, ...]) -> Verdict:
    try:
        found = [key for path in keys for key in PublicKey.all_parsed(path.read_text("utf-8"))]
    except (Fault, UnicodeDecodeError):
        raise EvidenceError(
            "The key file holds no ledger's public key: get it from the agency again."
        ) from None
    return verify_path(package, found, signature_holds=signature_holds)


def _copy(package: Package, folder: Path) -> None:
    try:
        for name, file in files_of(package):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as written:
                while block := file.read(1024 * 1024):
                    written.write(block)
    except OSError as error:
        raise EvidenceError(
            f"{folder} cannot be written ({error.strerror}): use a medium with room, then start again."
        ) from error


def _with_stamp(verdict: Verdict, path: Path, roots: Path) -> Verdict:
    def stamped(package: Package) -> str:
        with package.opened(STAMP) as stamp, package.opened(MANIFESTS[0]) as manifest:
            at = stamped_at(stamp.read(), manifest.read(), certificates_in(roots.read_bytes()))
        return f"{verdict.sentence} It was stamped by that authority on {at:%Y-%m-%d %H:%M:%S} UTC."

    try:
        if path.is_dir():
            return verdict._replace(sentence=stamped(Folder(path)))
        with path.open("rb") as file:
            package = Zip(file)
            package.names()
            return verdict._replace(sentence=stamped(package))
    except (KeyError, FileNotFoundError):
        return verdict._replace(holds=False, sentence="The package has no time stamp.", file=STAMP)
    except EvidenceError as error:
        return verdict._replace(holds=False, sentence=str(error), file=STAMP)
