"""What is asked of whoever proposes, answers or attests."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from platekeeper.office.governance.queries import LONGEST_TEXT
from platekeeper.policy.clauses import obligations

# What no software can see, and so is attested (GOV-06 also by the report that `compliance` makes).
ATTESTED = ("GOV-03", "GOV-04", "GOV-06", "GOV-11", "GOV-13", "TRN-08")


class ProposalForm(forms.Form):
    """A changed profile, as a file or as text, and why."""

    file = forms.FileField(required=False, label="File", help_text="TOML, at most 1 MB.")
    text = forms.CharField(
        required=False, strip=False, label="Or edit it here",
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
    )  # fmt: skip
    reason = forms.CharField(
        required=False, max_length=2000, label="Why is it changed?", help_text="Needed once you propose it.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Call nothing optional: a reason is asked for when it is proposed, and one of the file and the text always.

        Args:
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.is_wanted = True  # type: ignore[attr-defined]

    def clean_file(self) -> str:
        """Return the file's text."""
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return ""
        if (file.size or 0) > LONGEST_TEXT:
            raise ValidationError("The file is larger than 1 MB: a profile is not.")
        try:
            return str(file.read(), "utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(
                f"The file is not UTF-8 at byte {error.start}: save it as UTF-8."
            ) from error

    def clean(self) -> dict[str, Any]:
        """Take the file where there is one, else the text, with one kind of line ends."""
        given = super().clean() or {}
        text = given.get("file") or given.get("text") or ""
        given["profile"] = text.replace("\r\n", "\n")
        if not self.errors:
            if not given["profile"].strip():
                raise ValidationError("Choose a file, or write the profile into the field.")
            if "\x00" in given["profile"]:
                raise ValidationError("The profile holds a zero byte: save it as plain text.")
            if len(given["profile"]) > LONGEST_TEXT:
                raise ValidationError("A profile has at most 1,000,000 characters.")
        return given


class AnswerForm(forms.Form):
    """Why a proposal is approved or refused."""

    reason = forms.CharField(max_length=2000, label="Why", widget=forms.Textarea(attrs={"rows": 2}))


class AttestationForm(forms.Form):
    """What was done outside the software."""

    obligation = forms.ChoiceField(label="Obligation")
    statement = forms.CharField(
        max_length=2000, label="What was done", widget=forms.Textarea(attrs={"rows": 2})
    )
    document = forms.CharField(required=False, max_length=200, label="Where the paper lies")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what is attested."""
        super().__init__(*args, **kwargs)
        choices = [(key, f"{key}: {obligations()[key].duty}") for key in ATTESTED]
        self.fields["obligation"].choices = choices  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    """Counsel's ruling where a law and the policy disagree (C-6)."""

    counsel = forms.CharField(max_length=120, label="Counsel")
    ruled_on = forms.DateField(label="Ruled on", widget=forms.DateInput(attrs={"type": "date"}))
    reference = forms.CharField(max_length=120, label="Reference")
    sentence = forms.CharField(
        max_length=1000, label="What the ruling says", widget=forms.Textarea(attrs={"rows": 2})
    )
