"""`platekeeper person`: the command line refuses what the policy refuses in the pages."""

import pytest

from tests.cli.test_serve import told
from tests.functional.installation import migrated

TOPICS = ("--covered", "security awareness")


@pytest.fixture(scope="module")
def house():
    with migrated() as made:
        made.said("agency", "add", "mi", "--name", "Milpitas", "--profile", "milpitas", "--by", "t")
        for username, title, role in (
            ("ad.min", "Technical Services Division Commander", "administrator"),
            ("trai.ner", "Training Sergeant", "trainer"),
            ("new.comer", "Detective", "detective"),
        ):
            made.said(*adding(username, title, role))
        with made.connected("owner") as owner:
            owner.execute("UPDATE person SET must_choose_password = false WHERE username <> 'late.trainer'")
        made.said(*adding("late.trainer", "Training Sergeant", "trainer"))
        yield made


def adding(username: str, title: str, *roles: str) -> tuple[str, ...]:
    told_roles = (word for role in roles for word in ("--role", role))
    return "person", "add", "mi", username, "--name", "Robin", "--title", title, *told_roles, "--by", "t"


class TestAdding:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            (adding("jan.itor", "Janitor", "detective"), "MI 462.2.1(a)"),
            (adding("two.hats", "Detective", "detective", "auditor"), "auditor"),
            (adding("Bad Name", "Detective", "detective"), "small letters"),
            (adding("policy", "Detective", "detective"), "another username"),
        ],
        ids=["title", "roles", "name", "system"],
    )
    def test_of_somebody_whom_the_policy_does_not_list_is_refused(self, given, sentence, house):
        assert sentence in told(house.run(*given))


class TestTraining:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            (("security-awareness", *TOPICS, "--by", "new.comer"), "signed by a trainer"),
            (("security-awareness", *TOPICS, "--by", "ad.min"), "signed by a trainer"),
            (("security-awareness", *TOPICS, "--by", "nobody"), "Nobody here is called nobody"),
            (("security-awareness", *TOPICS, "--by", "late.trainer"), "one-time password"),
            (("security-awareness", "--by", "trai.ner"), "must cover security awareness"),
            (("juggling", "--by", "trai.ner"), "security-awareness, alpr-user"),
        ],
        ids=["self", "administrator", "nobody", "beginner", "topics", "course"],
    )
    def test_is_refused_where_it_may_not_be_signed(self, given, sentence, house):
        assert sentence in told(house.run("person", "train", "new.comer", *given))

    def test_that_a_trainer_signs_is_in_the_ledger(self, house):
        house.said("person", "train", "new.comer", "security-awareness", *TOPICS, "--by", "trai.ner")

        with house.connected("auditor") as ledger:
            entries = ledger.execute(
                "SELECT actor, subject FROM ledger_entry WHERE event = 'training.completed'"
            ).fetchall()
        assert entries == [("trai.ner", "new.comer")]


class TestLeaver:
    def test_gets_nothing_by_the_command_line_either(self, house):
        house.said(*adding("gone.long", "Detective", "detective"))
        with house.connected("owner") as owner:
            owner.execute("UPDATE person SET separated_at = now() WHERE username = 'gone.long'")

        for word in ("password", "release"):
            assert "left the agency" in told(house.run("account", word, "gone.long", "--by", "t"))
