"""Two writers with the same read in the same moment: the later one looked before the earlier one had stored it."""

from platekeeper.office.reads import operations as reads

from ..people import an_agency
from ..streets import a_camera, a_list, a_read, take


class TestSecondWriter:
    def test_starts_again_and_finds_the_read_known(self, monkeypatch):
        agency = an_agency()
        camera = a_camera(agency)
        a_list(agency, "8ABC123")
        same, other = a_read(camera, "8ABC123"), a_read(camera, "7XYZ890")
        take(agency, same)
        looks = []

        def looked_too_early(cursor, agency_id, keys):
            looks.append(len(keys))
            return [] if len(looks) == 1 else look(cursor, agency_id, keys)

        look = reads._known
        monkeypatch.setattr(reads, "_known", looked_too_early)
        receipt = take(agency, same, other).receipt

        assert looks == [2, 2]  # the first try does not look at all
        assert (receipt.stored, receipt.known, receipt.hits, receipt.alerts) == (1, 1, 0, 0)
