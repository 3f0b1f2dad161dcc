"""`platekeeper serve` and `migrate`: one server a folder and port, sentences for what cannot be, a clean end."""

import signal
import socket
import urllib.request

import pytest

from tests.functional.installation import Installation, free_port, installation, migrated


@pytest.fixture(scope="module")
def house():
    with migrated() as made:
        yield made


def told(result) -> str:
    """Return the one sentence that a failed command said."""
    assert result.returncode != 0
    assert "Traceback" not in result.stderr + result.stdout
    (sentence,) = [line for line in result.stderr.strip().splitlines() if line]
    return sentence


class TestServe:
    @pytest.mark.parametrize("port", ["0", "-1", "65536", "http"])
    def test_on_no_port_is_refused(self, port, house):
        result = house.run("serve", "--port", port)

        assert result.returncode == 2
        assert "--port" in result.stderr

    def test_on_a_used_port_is_refused_before_anything_is_started(self):
        with installation() as fresh, socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()

            sentence = told(fresh.run("serve", "--port", str(taken.getsockname()[1])))

            assert "choose another with --port" in sentence
            assert not (fresh.data / "postgres").exists()

    @pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "::gg"])
    def test_on_an_address_that_is_not_ours_is_refused(self, host, house):
        assert host in told(house.run("serve", "--host", host, "--port", str(free_port())))

    def test_beside_another_over_the_same_folder_is_refused_and_leaves_it_in_peace(self, house):
        house.start()

        assert "Another Platekeeper already serves" in told(house.run("serve", "--port", str(free_port())))
        assert "Another Platekeeper already serves" in told(house.run("demo", "--port", str(free_port())))

        with urllib.request.urlopen(f"{house.address}/health/", timeout=10) as answer:
            assert answer.read() == b"ok"
        house.stop()

    @pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_ends_when_told_and_takes_its_database_along(self, how, status, house):
        house.said("db", "stop")  # and let it stay no longer than it is used
        house.start()
        pid_file = house.data / "postgres" / "cluster" / "postmaster.pid"
        assert pid_file.exists()

        assert house.stop(how) == status
        assert not pid_file.exists()

    def test_goes_on_after_its_process_was_killed(self, house):
        house.start()
        house.stop(signal.SIGKILL)

        house.start()

        assert house.stop() in {0, 130}

    def test_tells_nothing_of_itself(self, house):
        house.start()

        with urllib.request.urlopen(f"{house.address}/public/", timeout=30) as answer:
            told_about_itself = {name.lower() for name, _ in answer.getheaders()} & {
                "server",
                "x-powered-by",
                "via",
            }
        house.stop()

        assert told_about_itself == set()

    def test_answers_to_no_other_name(self, house):
        house.start()
        request = urllib.request.Request(f"{house.address}/public/", headers={"Host": "evil.example"})

        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request, timeout=30)
        house.stop()


class TestMigrate:
    def test_may_be_said_twice(self, house: Installation):
        for _ in range(2):
            assert house.said("migrate") == "The database is up to date."

    def test_gives_back_rights_that_were_taken_or_given_by_hand(self, house: Installation):
        with house.connected("owner") as owner:
            owner.execute("GRANT SELECT ON read TO web")
            owner.execute("REVOKE SELECT ON agency FROM web")

        house.said("migrate")

        with house.connected("web") as web:
            assert web.execute("SELECT has_table_privilege('read', 'SELECT')").fetchone() == (False,)
            assert web.execute("SELECT count(*) FROM agency").fetchone() == (0,)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("INSERT INTO made_of VALUES ('access.0099_later', '')", "knows access.0099_later"),
            ("DROP TABLE made_of", "made by an early state of Platekeeper 0.1.0"),
        ],
    )
    def test_is_refused_over_a_database_of_another_version(self, change, said):
        with migrated() as other:
            with other.connected("owner") as owner:
                owner.execute(change)

            assert said in told(other.run("migrate"))
            assert said in told(other.run("serve", "--port", str(free_port())))

    def test_is_asked_for_where_a_ledger_is_and_none_was_made(self):
        with installation() as fresh:
            assert "run `platekeeper migrate`" in told(fresh.run("ledger", "verify"))
