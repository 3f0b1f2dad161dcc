"""A folder where files arrive: nothing half transferred is taken, nothing is lost, nothing is taken twice."""

import pytest

from platekeeper.intake.hotlists import HotListRefused
from platekeeper.office.hotlists.operations import HotListError
from platekeeper.office.hotlists.watching import PARTIAL, WatchedFolder

from ..people import NOW, an_agency
from .files import IN_FORCE, a_list_in_force, california, load, plates_in_force, written


class Loader:
    """Takes files, or refuses those that say so."""

    def __init__(self):
        self.taken = []

    def __call__(self, path):
        if "bad" in path.read_text():
            raise HotListRefused("It is bad: fetch it again.")
        self.taken.append(path.name)


@pytest.fixture
def watched(tmp_path):
    return WatchedFolder(tmp_path)


def looked(watched, loader):
    return list(watched.handle(loader, NOW))


class TestLook:
    def test_takes_no_file_at_first_sight(self, watched):
        written(watched.folder, "svs.tbl", "whole")

        assert watched.look() == []

    def test_takes_no_file_that_grows(self, watched):
        for content in ("a", "ab", "abc"):
            written(watched.folder, "svs.tbl", content)
            assert watched.look() == []

    def test_takes_no_empty_file(self, watched):
        written(watched.folder, "svs.tbl", "")
        watched.look()

        assert watched.look() == []

    @pytest.mark.parametrize(
        "name", [".svs.tbl", *(f"svs.tbl{ending}" for ending in sorted(PARTIAL)), "SVS.PART"]
    )
    def test_takes_no_file_whose_name_says_that_it_is_partial(self, watched, name):
        written(watched.folder, name, "whole")
        watched.look()

        assert watched.look() == []

    def test_follows_no_link(self, watched, tmp_path_factory):
        elsewhere = written(tmp_path_factory.mktemp("elsewhere"), "svs.tbl", "whole")
        (watched.folder / "svs.tbl").symlink_to(elsewhere)
        watched.look()

        assert watched.look() == []

    def test_says_that_the_folder_is_gone(self, tmp_path):
        with pytest.raises(HotListError, match="cannot be watched"):
            WatchedFolder(tmp_path / "gone").look()

    def test_takes_a_settled_file(self, watched):
        file = written(watched.folder, "svs.tbl", "whole")
        watched.look()

        assert watched.look() == [file]


class TestHandle:
    def test_puts_a_refused_file_away_with_the_reason_beside_it(self, watched):
        written(watched.folder, "svs.tbl", "bad")
        watched.look()

        (handled,) = looked(watched, Loader())

        assert handled.file == watched.folder / "refused" / "svs.tbl"
        assert handled.file.read_text() == "bad"
        assert (watched.folder / "refused" / "svs.tbl.txt").read_text() == "It is bad: fetch it again.\n"

    def test_goes_on_after_a_refused_file(self, watched):
        loader = Loader()
        written(watched.folder, "a.tbl", "bad")
        written(watched.folder, "b.tbl", "whole")
        watched.look()

        looked(watched, loader)

        assert loader.taken == ["b.tbl"]

    def test_overwrites_nothing(self, watched):
        loader = Loader()
        for content in ("one", "two", "three"):
            written(watched.folder, "svs.tbl", content)
            watched.look()
            looked(watched, loader)

        assert sorted(file.read_text() for file in (watched.folder / "done").iterdir()) == [
            "one",
            "three",
            "two",
        ]

    def test_takes_each_file_once(self, watched):
        loader = Loader()
        written(watched.folder, "svs.tbl", "whole")
        for _ in range(4):
            looked(watched, loader)

        assert loader.taken == ["svs.tbl"]

    def test_leaves_a_file_that_was_interrupted(self, watched):
        file = written(watched.folder, "svs.tbl", "whole")
        watched.look()

        def interrupted(path):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            looked(watched, interrupted)

        assert file.exists()

    def test_brings_files_into_force(self, owner, tmp_path):
        hot_list = a_list_in_force(an_agency(), tmp_path)
        watched = WatchedFolder(tmp_path / "arriving")
        watched.folder.mkdir()
        written(watched.folder, "svs-1.tbl", california("8ABC123", total=9))
        written(watched.folder, "svs-2.tbl", california(*IN_FORCE, "9NEW001"))
        watched.look()

        looked(watched, lambda path: load(hot_list, path))

        assert plates_in_force(owner, hot_list) == [*IN_FORCE, "9NEW001"]
        assert [file.name for file in (watched.folder / "done").iterdir()] == ["svs-2.tbl"]
