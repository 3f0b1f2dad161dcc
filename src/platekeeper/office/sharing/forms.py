"""What another agency's request, an approval and an agreement state."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from platekeeper import policy
from platekeeper.office.sharing.facts import Review
from platekeeper.office.sharing.operations import Asked
from platekeeper.office.ui.wording import US_STATES
from platekeeper.plates import PlatePattern, PlatesError
from platekeeper.policy.vocabulary import BarredPurpose, LegalProcess, RecipientClass, Statute

LARGEST_LETTER_BYTES = 10 * 2**20
_WORDS = {"rows": 2}
# hosting is no recipient: it is no sharing (Civ. Code 1798.90.55(b))
RECIPIENTS = {
    RecipientClass.LOCAL_POLICE: "Local law enforcement",
    RecipientClass.STATE_POLICE: "State law enforcement",
    RecipientClass.PROSECUTOR: "Prosecutor",
    RecipientClass.OUT_OF_STATE_POLICE: "Law enforcement of another state",
    RecipientClass.FEDERAL: "Federal agency",
    RecipientClass.IMMIGRATION: "Immigration enforcement (ICE, CBP)",
    RecipientClass.COURT: "Court",
    RecipientClass.DEFENSE: "Defense",
    RecipientClass.COMMERCIAL: "Company or private entity",
    RecipientClass.PUBLIC: "Member of the public",
}
PROCESSES = {
    LegalProcess.COURT_ORDER: "Court order or warrant",
    LegalProcess.SUBPOENA: "Subpoena",
    LegalProcess.DISCOVERY: "Discovery in a proceeding",
}
DECLARED = {
    BarredPurpose.IMMIGRATION: "It is not for immigration enforcement (Values Act)",
    BarredPurpose.REPRODUCTIVE_CARE: "It is not against lawful reproductive health care",
    BarredPurpose.COMMERCIAL: "It is not for a commercial purpose",
}


def _want(form: forms.Form, *names: str) -> None:
    for name in names:
        form.fields[name].is_wanted = True  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """A request as it came in (SHR-02, SHR-13, PUR-13)."""

    recipient_class = forms.ChoiceField(
        label="What kind of agency", choices=[(one.value, text) for one, text in RECIPIENTS.items()]
    )
    recipient_agency = forms.CharField(label="Agency", max_length=120)
    recipient_state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Of no state"), *US_STATES.items()], initial="CA"
    )
    requester = forms.CharField(label="Person who asks", max_length=120)
    contact = forms.CharField(label="Telephone or e-mail", max_length=200)
    verified_by = forms.CharField(label="How the person was verified", max_length=300)
    letter = forms.FileField(label="The request in writing", required=False)
    process = forms.ChoiceField(
        label="Legal process",
        required=False,
        choices=[("", "None"), *((one.value, text) for one, text in PROCESSES.items())],
    )
    process_number = forms.CharField(label="Its number", required=False, max_length=120)
    process_issuer = forms.CharField(label="Court or party that issued it", required=False, max_length=120)
    purpose_code = forms.ChoiceField(label="Purpose", widget=forms.RadioSelect)
    purpose = forms.CharField(
        label="What the data is for, in their words", max_length=500, widget=forms.Textarea(attrs=_WORDS)
    )
    authority = forms.CharField(
        label="By what right they ask", required=False, max_length=300, widget=forms.Textarea(attrs=_WORDS)
    )
    disclaims = forms.MultipleChoiceField(
        label="What the requester declares in writing",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, text) for one, text in DECLARED.items()],
    )
    case_number = forms.CharField(label="Case or incident number here", max_length=64)
    their_number = forms.CharField(label="Their case number", required=False, max_length=64)
    data_wanted = forms.CharField(
        label="Which reads they ask for", max_length=500, widget=forms.Textarea(attrs=_WORDS)
    )
    plates = forms.CharField(label="Plates that it names", required=False, max_length=500)

    def __init__(self, profile: policy.Profile, *args: Any, **kwargs: Any) -> None:
        """Offer the purposes that the agency's policy authorizes.

        Args:
            profile: the policy in force.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        purposes = [(purpose.code, purpose.title) for purpose in profile.purposes.authorized]
        self.fields["purpose_code"].choices = purposes  # type: ignore[attr-defined]
        self._access = profile.access
        # the policy refuses what lacks them, with its clause; the form does not
        _want(self, "letter", "authority", "recipient_state", "disclaims")

    def clean_case_number(self) -> str:
        """Refuse what is no number of this agency: the copy could not be made under it (SRC-02)."""
        number, example = (
            str(self.cleaned_data["case_number"]).strip(),
            self._access.case_number_example.value,
        )
        if not re.fullmatch(self._access.case_number_pattern.value, number, re.ASCII):
            raise ValidationError(
                f"This is no case or incident number of this agency: write it like {example}."
            )
        return number

    def clean_plates(self) -> tuple[str, ...]:
        """Return each plate that is named in normal form, with ? and * where a part is not known."""
        named = [one for one in re.split(r"[,;\n]", self.cleaned_data["plates"]) if one.strip()]
        try:
            return tuple(dict.fromkeys(PlatePattern.parse(one).text for one in named))
        except PlatesError as error:
            raise ValidationError(str(error)) from error

    def clean_letter(self) -> Any:
        """Refuse a file that is too large to be kept."""
        letter = self.cleaned_data["letter"]
        if letter and letter.size > LARGEST_LETTER_BYTES:
            raise ValidationError(
                "The request in writing is larger than 10 MiB: scan it at a lower resolution."
            )
        return letter

    def asked(self) -> Asked:
        """Return the request, after `is_valid`."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "letter"}
        letter = self.cleaned_data["letter"]
        spaced = {name: " ".join(given[name].split()) for name in ("recipient_agency", "requester")}
        return Asked(**{
            **given, **spaced,
            "recipient_class": RecipientClass(given["recipient_class"]),
            "disclaims": frozenset(BarredPurpose(one) for one in given["disclaims"]),
            "process": LegalProcess(given["process"]) if given["process"] else None,
            "letter": letter.read() if letter else b"",
            "letter_name": str(letter.name)[:120] if letter else "",
        })  # fmt: skip


class ReviewForm(forms.Form):
    """What an approver considered and found (SHR-04, SHR-06, SHR-07)."""

    considered = forms.MultipleChoiceField(
        label="Considered first", required=False, widget=forms.CheckboxSelectMultiple
    )
    finding = forms.CharField(
        label="What was found", required=False, max_length=500, widget=forms.Textarea(attrs=_WORDS)
    )

    def __init__(self, profile: policy.Profile, *args: Any, **kwargs: Any) -> None:
        """Offer the statutes that the agency's policy wants considered.

        Args:
            profile: the policy in force.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        statutes = sorted(profile.sharing.considered_first.value)
        self.fields["considered"].choices = [(one.value, one.value) for one in statutes]  # type: ignore[attr-defined]
        _want(self, "finding")

    def review(self) -> Review:
        """Return what was stated, after `is_valid`."""
        considered = frozenset(Statute(one) for one in self.cleaned_data["considered"])
        return Review(considered=considered, finding=self.cleaned_data["finding"].strip())


class AgreementForm(forms.Form):
    """An agreement after its review (SHR-08, SHR-09)."""

    recipient_agency = forms.CharField(label="With which agency", max_length=120)
    recipient_class = forms.ChoiceField(
        label="What kind of agency", choices=[(one.value, text) for one, text in RECIPIENTS.items()]
    )
    valid_from = forms.DateField(label="In force from", widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label="until, exclusive", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    document = forms.CharField(label="Number of the agreement, and where it is kept", max_length=200)
    forbids_onward = forms.BooleanField(label="It forbids passing data on to others", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse an agreement that ends before it begins."""
        given = super().clean() or {}
        since, until = given.get("valid_from"), given.get("valid_to")
        if since and until and until <= since:
            raise ValidationError("The agreement ends before it begins: swap the two days.")
        return given

    def agreed(self) -> dict[str, Any]:
        """Return the agreement, after `is_valid`."""
        given = self.cleaned_data
        return {**given, "recipient_agency": " ".join(given["recipient_agency"].split())}
