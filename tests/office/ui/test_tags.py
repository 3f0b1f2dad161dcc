from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID

import pytest
from django import forms
from django.template import Context, Template
from django.urls import NoReverseMatch, path

from platekeeper.office.ui.templatetags import ui

NOW = datetime(2025, 11, 23, 4, 0, tzinfo=UTC)
READ = UUID("01930000-0000-7000-8000-000000000001")
RECORD = UUID("5c6b1f0e-7f5e-4c39-9a58-0d1f7b1a2c33")


def shown(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context({"now": NOW, **context}))


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        "text",
        [
            "{% plate nothing nothing %}",
            "{% confidence nothing %}",
            "{% compare nothing nothing nothing|char_confidences %}",
            "{% hit_kind 'LOOKALIKE' nothing %}",
            "{% state_badge nothing %}",
            "{% list_age nothing %}",
            "{% ago nothing %}",
            "{% moment nothing %}",
            "{% field nothing %}",
            "{% place_map nothing 'm' %}",
            "{% time_strip nothing 'reads' %}",
            "{% picture_src nothing nothing 'plate' nothing %}",
            "{% refusal nothing %}",
            "{{ nothing|grouped }}{{ nothing|region }}{{ nothing|words }}",
            "{% for part in nothing|asked %}{{ part }}{% endfor %}",
        ],
    )
    def test_fails_no_page(self, text: str) -> None:
        shown(text)


class TestPlate:
    def test_is_spelled_for_those_who_hear_the_page(self) -> None:
        assert 'aria-label="8 A B D 0 1 7"' in shown("{% plate '8ABD017' 'US-CA' %}")

    def test_shows_the_state_without_the_country(self) -> None:
        assert ">CA<" in shown("{% plate '8ABD017' 'US-CA' %}")

    def test_of_hostile_text_is_escaped(self) -> None:
        assert "<script>" not in shown("{% plate text %}", text="<script>")


class TestCompare:
    def test_marks_what_differs_by_more_than_colour(self) -> None:
        html = shown("{% compare '8A8D017' '8ABD017' %}")

        assert html.count("is-different") == 2
        assert "place 3: read 8, list B" in html

    def test_shows_how_sure_the_reader_was(self) -> None:
        hit = SimpleNamespace(detail={"plate": {"characters": [{"A": 0.6, "4": 0.3}, {"B": 0.99}]}})

        assert "60?" in shown("{% compare 'AB' 'AB' hit|char_confidences %}", hit=hit)


class TestConfidence:
    def test_that_is_small_is_not_shown_as_none(self) -> None:
        assert "under 1 %" in shown("{% confidence 0.004 %}")

    def test_that_is_not_stated_says_so(self) -> None:
        assert "not stated" in shown("{% confidence nothing %}")

    def test_is_rounded_down(self) -> None:
        assert shown("{{ value|percent }} {{ nothing|percent }}", value=0.998) == "99 0"


class TestHitKind:
    def test_says_exact(self) -> None:
        assert "Exact match" in shown("{% hit_kind 'EXACT' %}")

    def test_says_how_likely_a_look_alike_is(self) -> None:
        assert "Possible look-alike: 34 %" in shown("{% hit_kind 'LOOKALIKE' 0.34 %}")


class TestListAge:
    def test_speaks_of_the_moment_that_the_view_fixed(self) -> None:
        html = shown("{% list_age at %}", at=NOW - timedelta(hours=31))

        assert "List is old" in html


class TestRefusalOf:
    def test_finds_a_denial(self) -> None:
        denied = SimpleNamespace(clause="EC 427.7(d)", reason="No case.", remedy="Give one.")

        assert ui.refusal_of(denied) is denied

    def test_finds_none_in_an_allowance_or_in_nothing(self) -> None:
        assert ui.refusal_of(SimpleNamespace(clauses=("EC 427.5(a)",))) is None
        assert ui.refusal_of(None) is None
        assert ui.refusal_of("") is None


class TestAction:
    def test_that_is_denied_says_why_where_it_stands(self) -> None:
        denied = SimpleNamespace(clause="EC 427.5(a)1", reason="Not confirmed.", remedy="Ask dispatch.")
        html = shown(
            '{% include "ui/components/action.html" with text="Verified" value="verify" %}', decision=denied
        )

        assert 'aria-disabled="true"' in html
        assert "EC 427.5(a)1" in html
        assert "Ask dispatch." in html

    def test_that_is_allowed_is_a_plain_button(self) -> None:
        html = shown('{% include "ui/components/action.html" with text="Verified" value="verify" %}')

        assert "aria-disabled" not in html


class _Form(forms.Form):
    case_number = forms.CharField(help_text="As 25-000001.")
    understood = forms.BooleanField()


class TestField:
    def test_ties_help_and_error_to_the_field(self) -> None:
        html = shown("{% field form.case_number %}", form=_Form({}))

        assert 'aria-describedby="id_case_number-help id_case_number-error"' in html
        assert 'aria-invalid="true"' in html
        assert 'id="id_case_number-error"' in html

    def test_without_errors_claims_none(self) -> None:
        assert "aria-invalid" not in shown("{% field form.case_number %}", form=_Form())

    def test_of_a_box_puts_the_label_beside_it(self) -> None:
        assert '<label class="choice"' in shown("{% field form.understood %}", form=_Form())

    def test_of_a_code_asks_for_digits(self) -> None:
        assert 'inputmode="numeric"' in shown("{% field form.case_number kind='code' %}", form=_Form())

    def test_that_the_form_does_not_have_is_not_shown(self) -> None:
        assert shown("{% field form.on_behalf_of %}", form=_Form()).strip() == ""


class TestAsked:
    def test_leaves_out_what_was_left_empty(self) -> None:
        query = {"plate": "8A?D*", "look_alikes": True, "until": None, "cameras": [], "other": False}

        assert ui.asked(query) == [("Plate", "8A?D*"), ("Look alikes", "yes")]

    def test_joins_lists(self) -> None:
        assert ui.asked({"cameras": [1, 2]}) == [("Cameras", "1, 2")]

    def test_tells_moments_where_the_agency_is_and_what_was_asked_for_first(self) -> None:
        window = {"since": "2026-11-08T17:53:15.967632+00:00", "until": "2026-11-09T08:00:00+00:00"}

        assert ui.asked({**window, "plate": "8ABC123", "analysis": "two-places"}) == [
            ("Asked for", "two places"),
            ("Plate", "8ABC123"),
            ("From", "2026-11-08 09:53:15 PST"),
            ("To", "2026-11-09 00:00:00 PST"),
        ]
        assert ui.asked({"since": "2026-11-08"}) == [("From", "2026-11-08")]
        assert ui.asked({"until": "soon"}) == [("To", "soon")]
        assert ui.asked({"first": window}) == [
            ("First", "from 2026-11-08 09:53:15 PST, to 2026-11-09 00:00:00 PST")
        ]


class _Addresses:
    urlpatterns: ClassVar = [
        path("alerts/<uuid:alert_id>/card/", lambda request: None, name="by_uuid"),
        path("alerts/<int:alert_id>/", lambda request: None, name="by_number"),
        path("alerts/<slug:a>/<slug:b>/", lambda request: None, name="by_two"),
    ]


class TestUrlForId:
    @pytest.fixture(autouse=True)
    def addresses(self, settings_with_addresses) -> None:
        settings_with_addresses(_Addresses)

    def test_puts_the_stand_in_where_the_id_belongs(self) -> None:
        assert ui.url_for_id("by_uuid", "--id--") == "/alerts/--id--/card/"
        assert ui.url_for_id("by_number", "--id--") == "/alerts/--id--/"

    def test_refuses_an_address_that_has_no_single_id(self) -> None:
        with pytest.raises(NoReverseMatch, match="neither a UUID nor a number"):
            ui.url_for_id("by_two", "--id--")


class TestPictureSrc:
    def test_prefers_the_picture_that_came_with_the_page(self) -> None:
        picture = SimpleNamespace(data_uri="data:image/jpeg;base64,AAAA")
        owner = SimpleNamespace(pictures={"plate": picture}, roles=["plate"])

        assert ui.picture_src(owner, READ, "plate", RECORD) == "data:image/jpeg;base64,AAAA"

    def test_names_the_record_in_whose_course_it_is_opened(self) -> None:
        owner = SimpleNamespace(roles=["context"])

        assert ui.picture_src(owner, READ, "vehicle context", RECORD).endswith(f"?because={RECORD}")

    def test_is_empty_without_a_picture(self) -> None:
        assert ui.picture_src(SimpleNamespace(), READ, "plate", RECORD) == ""

    def test_roles_are_listed_once_each(self) -> None:
        owner = SimpleNamespace(pictures={"plate": "x"}, roles=["plate", "context"])

        assert ui.picture_roles(owner) == ["plate", "context"]


class TestTimeStrip:
    def test_draws_the_highest_bar_at_full_height(self) -> None:
        html = shown(
            "{% time_strip cells 'reads' %}",
            cells=[{"label": "Mon", "count": 5}, {"label": "Tue", "count": 10}],
        )

        assert 'height="30.0"' in html
        assert 'height="15.0"' in html
        assert "Tue: 10" in html

    def test_draws_no_bar_for_nothing(self) -> None:
        assert "<rect" not in shown("{% time_strip cells 'reads' %}", cells=[{"label": "Mon", "count": 0}])


class TestPlaceMap:
    def test_cannot_be_left_through_a_label(self) -> None:
        points = [{"kind": "read", "lat": 1, "lon": 2, "label": "</script><script>alert(1)"}]

        assert "</script><script>" not in shown("{% place_map points 'm' %}", points=points)
