"""The server is ready before its first visitor comes."""

import subprocess
import sys


class TestApplication:
    def test_has_read_the_code_of_all_pages_before_the_first_is_asked_for(self):
        asked = (
            "import sys; import platekeeper.office.config.asgi; "
            "assert 'platekeeper.office.search.views' in sys.modules"
        )

        assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
