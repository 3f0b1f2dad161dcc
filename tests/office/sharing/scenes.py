"""A release and whoever fulfils it, for ways around it by raw SQL."""

import json
from uuid import uuid4

from platekeeper.evidence.bag import ZipWriter
from platekeeper.office.evidence.models import CustodyState, EvidencePackage
from platekeeper.office.evidence.queries import custody_of

from ..evidence.packages import PLATE, opened, seen, written
from ..people import an_agency
from .releases import an_approver, an_asker, approved, found


class Scene:
    """An agency with an approved request, somebody who fulfils it, and a read that was asked for."""

    def __init__(self, **asked) -> None:
        self.agency = an_agency()
        self.approver, self.asker, self.handler = (
            an_approver(self.agency),
            an_asker(self.agency),
            an_asker(self.agency),
        )
        self.release = approved(self.agency, self.approver, **asked)
        self.read_ids = tuple(seen(self.agency, PLATE, pictures=False))

    @property
    def id(self) -> str:
        return str(self.release.request.pk)

    def fresh(self):
        return found(self.agency, self.release.request.pk)

    def export(self, **changes):
        given = {
            "on_behalf_of": self.release.recipient, "query": {"release": self.id, "reads": 1},
            "purpose": self.release.request.purpose_code, "case_number": self.release.request.case_number, **changes,
        }  # fmt: skip
        return opened(self.agency, self.handler, self.read_ids, **given)

    def package(self, **changes) -> EvidencePackage:
        export = self.export(**changes)
        written(export, ZipWriter())
        return EvidencePackage.objects.get(agency_id=self.agency.pk, id=export.id)

    def asks(self, web, person=None, **changes):
        """Open an access for an export as the pages do, with other words in it."""
        request = {
            "person_id": (person or self.handler).pk, "function": "export", "outcome": "ALLOWED", "clauses": [],
            "purpose": self.release.request.purpose_code, "case_number": self.release.request.case_number,
            "reason": "homicide", "on_behalf_of": self.release.recipient, "policy_version": "1",
            "query": {"release": self.id, "reads": 1},
            "grants": [{
                "data_agency_id": self.agency.pk, "visible_from": "2020-01-01T00:00:00Z", "kinds": ["read"],
                "read_ids": [str(one) for one in self.read_ids],
            }], **changes,
        }  # fmt: skip
        return web.execute("SELECT access_id FROM open_access(%s::jsonb)", [json.dumps(request)]).fetchone()[
            0
        ]

    def seals(self, web, access, person=None):
        package = {
            "package": str(uuid4()), "read_ids": [str(one) for one in self.read_ids], "pictures": 0, "size_bytes": 0,
            "is_stamped": False, "tagmanifest-sha256.txt": "00" * 32, "tagmanifest-sha512.txt": "00" * 64,
        }  # fmt: skip
        web.execute(
            "SELECT seal_package(%s, %s, %s::jsonb)",
            [(person or self.handler).pk, access, json.dumps(package)],
        )

    def hands_over(self, web, package, person=None, **detail):
        last = custody_of(package)[-1]
        if last.state == CustodyState.SEALED:
            self.steps(web, package, self.handler, last.number + 1, CustodyState.WRITTEN, {})
        number = custody_of(package)[-1].number + 1
        detail = {"place": "Room 3", **detail}
        self.steps(web, package, person or self.handler, number, CustodyState.HANDED_OVER, detail)

    def steps(self, web, package, person, number, state, detail):
        event = f"evidence.{state.lower().replace('_', '-')}"
        web.execute(
            "SELECT take_custody_step(%s, %s, %s, %s, %s, %s::jsonb)",
            [person.pk, package.id, number, state, event, json.dumps(detail)],
        )


def records_in(owner, agency_id):
    return owner.execute("SELECT count(*) FROM access_record WHERE agency_id = %s", [agency_id]).fetchone()[0]
