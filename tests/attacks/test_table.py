"""The table that docs/explanation/attacks.md holds is that of the attacks that are tried."""

from pathlib import Path

from .attacks import ATTACKS
from .table import HEAD

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "attacks.md"


class TestPage:
    def test_has_a_row_for_every_attack_in_order(self):
        page = PAGE.read_text("utf-8")
        rows = [line for line in page.split(HEAD)[1].splitlines() if line.startswith("| ")]
        cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]

        assert [(name, tried, stopped) for name, tried, _, stopped in cells] == [
            (attack.name, attack.tried, attack.stopped_by) for attack in ATTACKS
        ]

    def test_says_what_was_seen_of_each(self):
        page = PAGE.read_text("utf-8")

        assert "SUCCEEDED" not in page
        assert "|  |" not in page
