"""How long an evidence package takes: reads with two pictures each, built as it is downloaded, and verified.

Pictures are the demonstration's scenes and cuts from them, each read's its own; the machine's page cache is warm.
"""

import io
import json
import resource
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from bench.city import City, Precinct, installation, machine, precinct, this_moment
from rich.console import Console
from rich.table import Table

import platekeeper

_BATCH = 100


def taken(here: Precinct, count: int) -> list[Any]:
    """Send reads with pictures through the intake; return their ids."""
    from PIL import Image

    from platekeeper import wire
    from platekeeper.office.alerts.intake import take_batch

    scenes = [
        path.read_bytes() for path in sorted(Path(platekeeper.__file__).parent.glob("demo/pictures/*.jpg"))
    ]
    crops = []
    for scene in scenes:
        written = io.BytesIO()
        with Image.open(io.BytesIO(scene)) as picture:
            picture.crop((540, 300, 740, 380)).save(written, "JPEG", quality=90)
        crops.append(written.getvalue())
    from platekeeper.office.devices.models import Camera

    camera = Camera.objects.filter(agency=here.agency).first()
    now, ids = this_moment(), []
    for start in range(0, count, _BATCH):
        reads = []
        for number in range(start, min(start + _BATCH, count)):
            tail = secrets.token_bytes(8)  # behind the end of a JPEG: another file, the same picture
            text = here.city.plates[number % len(here.city.plates)]
            read = wire.Read(
                plate=wire.Plate(
                    raw=text, region="US-CA", conf=0.96, characters=tuple({char: 0.96, "Q": 0.02} for char in text)
                ),
                captured_at=now - timedelta(seconds=count - number), camera=wire.Camera(ref_raw=camera.ref),
                source_event_id=secrets.token_hex(8),
                images=(
                    wire.Image(role="plate", data=crops[number % len(crops)] + tail),
                    wire.Image(role="context", data=scenes[number % len(scenes)] + tail),
                ),
            )  # fmt: skip
            reads.append(read)
        take_batch(agency=here.agency, producer="bench", reads=reads, now=now)
        ids += [wire.identified(read, producer="bench").id for read in reads]
    return ids


def run(reads: int, folder: Path | None) -> dict[str, Any]:
    """Take reads in, build a package of them, verify it."""
    with installation(folder), tempfile.TemporaryDirectory() as place:
        from platekeeper import policy
        from platekeeper.evidence.bag import ZipWriter
        from platekeeper.evidence.verify import verify_path
        from platekeeper.ledger.checkpoints import signature_holds
        from platekeeper.ledger.verify import ed25519_holds
        from platekeeper.office.access.inquiries import Inquiry
        from platekeeper.office.access.operations import in_house
        from platekeeper.office.evidence.operations import open_export, package_of

        now = this_moment()
        here = precinct(City(cars=max(1000, reads)), now, slug=f"evidence-{secrets.token_hex(3)}")
        ids = taken(here, reads)
        profile = policy.load_profile("redondo-beach")
        inquiry = Inquiry(
            function=policy.Function.EXPORT, purpose=profile.purposes.authorized[0].code, read_ids=tuple(ids),
            case_number=profile.access.case_number_example.value, on_behalf_of=in_house(here.person),
            reason="Burglary at a pharmacy, silver sedan seen leaving", source="192.0.2.7",
        )  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, cpu = time.perf_counter(), time.process_time()
        export = open_export(person=here.person, agency=here.agency, inquiry=inquiry, now=this_moment())
        opened = time.perf_counter() - wall
        path = Path(place) / "package.zip"
        with path.open("wb") as file:
            for piece in package_of(export, ZipWriter(), this_moment()):
                file.write(piece)
        found: dict[str, Any] = {
            "reads": len(export.contents.reads),
            "pictures": sum(map(len, export.contents.images.values())),
            "size_mb": round(path.stat().st_size / 2**20, 1),
            "build_s": round(time.perf_counter() - wall, 2),
            "of_which_cpu_s": round(time.process_time() - cpu, 2),
            "of_which_opening_s": round(opened, 2),
            "memory_more_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        }
        for name, holds in (("verify_s", signature_holds), ("verify_alone_s", ed25519_holds)):
            wall, cpu = time.perf_counter(), time.process_time()
            verdict = verify_path(path, signature_holds=holds)
            assert verdict.holds, verdict.sentence
            found[name] = round(time.perf_counter() - wall, 2)
            found[f"{name[:-2]}_cpu_s"] = round(time.process_time() - cpu, 2)
        return {**found, "machine": machine()}


@click.command()
@click.option("--reads", default=1000, show_default=True, help="How many reads the package holds.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="An installation to use and keep."
)
@click.option("--json", "as_json", is_flag=True)
def command(*, reads: int, folder: Path | None, as_json: bool) -> None:
    """Build and verify an evidence package of reads with pictures."""
    found = run(reads, folder)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(
        title=f"Evidence package of {found['reads']:,} reads", caption=found["machine"], title_justify="left"
    )
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in found.items():
        if name != "machine":
            table.add_row(name.replace("_", " "), f"{value:,}")
    Console().print(table)
