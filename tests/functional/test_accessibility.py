"""Every main page, light and dark, on a laptop and a phone: no serious fault for whoever sees or moves otherwise."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.functional.visits import LAPTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
PAGES = {
    "": ("/log/in/", "/public/", "/public/redondo-beach/"),
    "officer.rb": ("/alerts/", "/dispatch/unit/", "/messages/", "/rights/"),
    "officer.mo": ("/dispatch/car/",),
    "dispatcher.rb": ("/dispatch/board/", "/dispatch/tickets/"),
    "detective.rb": ("/search/", "/cases/", "/releases/", "/releases/new/"),
    "supervisor.ec": ("/hot-lists/", "/evidence/"),
    "admin.rb": ("/people/",),
    "admin.la": ("/retention/",),
    "auditor.rb": ("/audits/records/", "/audits/ledger/", "/misuse/", "/compliance/"),
}
FAULTS = """async () => {
    const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return found.violations
        .filter((one) => ["serious", "critical"].includes(one.impact))
        .map((one) => one.id + ": " + one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" | "));
}"""
# two things at once under one key: the first wins, the second cannot be reached
KEYS_GIVEN_TWICE = """() => {
    const keys = [...document.querySelectorAll("[data-key]")]
        .filter((one) => one.checkVisibility() && !one.closest("dialog"))
        .map((one) => one.dataset.key);
    return keys.filter((key, place) => keys.indexOf(key) !== place);
}"""


@pytest.mark.parametrize("username", PAGES)
def test_pages_have_no_serious_fault_of_accessibility(username, visit):
    found = []
    for size in (LAPTOP, PHONE):
        person = visit(username, viewport=size)
        for path in PAGES[username]:
            assert person.go(path), f"{path} is closed to {username}"
            assert person.page.url.endswith(path), f"{path} led to {person.page.url}"
            where = f"{path} {size['width']}"
            found += [f"{where}: key {key} twice" for key in person.page.evaluate(KEYS_GIVEN_TWICE)]
            person.page.evaluate(AXE)  # past the pages' own policy, which lets no stranger's script in
            for colours in ("light", "dark"):
                person.page.emulate_media(color_scheme=colours)
                found += [f"{where} {colours}: {fault}" for fault in person.page.evaluate(FAULTS)]
        person.leave()

    assert found == []
