"""What an auditor narrows the records down to."""

from django import forms

from platekeeper.policy import Function


class RecordsForm(forms.Form):
    """Filters of the list of access records."""

    person = forms.CharField(required=False, max_length=60)
    plate = forms.CharField(required=False, max_length=32, label="Plate asked or seen")
    function = forms.ChoiceField(
        required=False, choices=[("", "Any")] + [(f.value, f.value.replace("-", " ")) for f in Function]
    )
    purpose = forms.CharField(required=False, max_length=60)
    case_number = forms.CharField(required=False, max_length=60)
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any"), ("ALLOWED", "Allowed"), ("DENIED", "Refused")]
    )
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
