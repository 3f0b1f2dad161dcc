"""What the roster's pages ask for; whether it may be is decided by the policy and the database."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from platekeeper.office.accounts.models import Person
from platekeeper.office.ui.wording import code_in_words
from platekeeper.policy import Profile, Role
from platekeeper.policy.people import Course
from platekeeper.policy.vocabulary import DataSource

_SOURCES = {DataSource.NCIC_RESTRICTED: "NCIC, restricted files"}
_LARGEST_BYTES = 20 * 2**20
_MOMENT = "%Y-%m-%dT%H:%M"


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _role_choices(profile: Profile) -> list[tuple[str, str]]:
    return [(role.value, _role_in_words(role, rights.title)) for role, rights in profile.roles.items()]


def _role_in_words(role: Role, title: str) -> str:
    ours = code_in_words(role.value)
    return ours if title.lower() == ours.lower() else f"{ours}: {title}"


class DescribeForm(forms.Form):
    """Who somebody is, and where they work."""

    full_name = forms.CharField(max_length=120, label="Full name")
    assignment = forms.CharField(
        max_length=120, required=False, help_text="Where they work: the lawful authority to ask."
    )
    email = forms.EmailField(max_length=254, required=False, label="E-mail for messages")
    employee_number = forms.CharField(
        max_length=30, required=False, help_text="As the personnel office has it."
    )
    is_on_duty = forms.BooleanField(required=False, label="On duty")


class _TitledForm(forms.Form):
    """Title and roles as the policy lists them (GOV-05, GOV-09)."""

    title = forms.CharField(max_length=120, label="Job title")
    roles = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Roles")

    def __init__(self, profile: Profile, *args: Any, **kwargs: Any) -> None:
        """Offer what the policy lists.

        Args:
            profile: the agency's policy.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        titles = [entry.title for entry in profile.users.titles]
        if profile.users.titles_closed.value:
            self.fields["title"] = forms.ChoiceField(
                label="Job title", choices=[("", "Choose"), *((one, one) for one in titles)],
                help_text=f"Only these titles have access ({profile.users.titles_closed.clause}).",
            )  # fmt: skip
            self.order_fields(["title"])
        else:
            self.fields["title"].help_text = f"Such as {', '.join(titles[:4])}."
        roles = self.fields["roles"]
        assert isinstance(roles, forms.MultipleChoiceField)
        roles.choices = _role_choices(profile)


class AddForm(_TitledForm):
    """Somebody new."""

    username = forms.CharField(max_length=60, help_text="Small letters and digits, such as j.park.")
    full_name = forms.CharField(max_length=120, label="Full name")
    assignment = forms.CharField(
        max_length=120, required=False, help_text="Where they work: the lawful authority to ask."
    )
    email = forms.EmailField(max_length=254, required=False, label="E-mail for messages")
    employee_number = forms.CharField(max_length=30, required=False)
    field_order = ("full_name", "username", "title", "roles", "assignment", "employee_number", "email")

    def __init__(self, profile: Profile, *args: Any, **kwargs: Any) -> None:
        """Put the fields in the order in which people think of them.

        Args:
            profile: the agency's policy.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(profile, *args, **kwargs)
        right = profile.access.need_and_right
        if right.value:
            told = f"Where they work: without this authority nobody asks for reads ({right.clause})."
            self.fields["assignment"].help_text = told
        self.order_fields(list(self.field_order))


class AppointForm(_TitledForm):
    """Title, roles, groups of cameras."""

    camera_groups = forms.CharField(required=False, max_length=400, label="Groups of cameras")

    def __init__(self, profile: Profile, there_are: Sequence[str], *args: Any, **kwargs: Any) -> None:
        """Name the groups that there are.

        Args:
            profile: the agency's policy.
            there_are: names of the groups in which cameras of the agency are.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(profile, *args, **kwargs)
        self._there_are = there_are
        told = f"of {', '.join(there_are)}" if there_are else "no camera is in a group yet"
        self.fields[
            "camera_groups"
        ].help_text = f"Whose reads they may see, separated by commas ({told}); empty for all."

    def clean_camera_groups(self) -> list[str] | None:
        """Return the groups, or None for all; a name that no camera bears would show nothing, and say nothing."""
        groups = [group.strip() for group in self.cleaned_data["camera_groups"].split(",") if group.strip()]
        unknown = [group for group in groups if group not in self._there_are]
        if unknown:
            remedy = (
                f"the groups are {', '.join(self._there_are)}"
                if self._there_are
                else "no camera is in a group yet, so leave it empty, which means all"
            )
            raise forms.ValidationError(f"There is no group of cameras named {', '.join(unknown)}: {remedy}.")
        return groups or None


class EntitleForm(forms.Form):
    """Further sources of data (USR-08)."""

    sources = forms.TypedMultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        coerce=DataSource,
        choices=[(one.value, _SOURCES.get(one, code_in_words(one.value))) for one in DataSource],
        label="Authorized for",
    )


class SuspendForm(forms.Form):
    """An account switched off after misuse, until a day (USR-09)."""

    until = forms.DateField(widget=_day(), label="Off until", help_text="From this day on it works again.")
    because = forms.CharField(max_length=200, label="Reason")
    decision = forms.CharField(max_length=60, label="Number of the decision")

    def clean_until(self) -> datetime:
        """Return the beginning of the day."""
        until = _start_of(self.cleaned_data["until"])
        if until <= timezone.now():
            raise forms.ValidationError("Name a day to come.")
        return until


class ReinstateForm(forms.Form):
    """A suspension ended early."""

    because = forms.CharField(max_length=200, label="Reason")
    decision = forms.CharField(max_length=60, label="Number of the decision")


class DisableForm(forms.Form):
    """An account disabled."""

    because = forms.CharField(max_length=200, label="Reason")


class ConfirmForm(forms.Form):
    """Something that is not undone."""

    confirmed = forms.BooleanField(
        label="I have checked that this is the right person.",
        error_messages={"required": "Tick that you have checked the person."},
    )


class UnbindForm(ConfirmForm):
    """Who somebody is at an identity provider, released (CJIS IA-4)."""

    because = forms.CharField(max_length=200, label="Reason")


class VisitForm(forms.Form):
    """A vendor's visit (USR-07)."""

    ticket = forms.CharField(max_length=60, label="Ticket")
    valid_from = forms.DateTimeField(widget=_moment(), input_formats=[_MOMENT], label="From")
    valid_to = forms.DateTimeField(widget=_moment(), input_formats=[_MOMENT], label="Until")


class AuthorizeForm(forms.Form):
    """A supervisor's authorization in writing (USR-04)."""

    document = forms.CharField(max_length=120, label="Number of the document")
    file = forms.FileField(
        required=False, label="The signed document", help_text="Only its SHA-256 digest is kept, as proof."
    )

    def digest(self) -> str:
        """Return the digest of the document, or nothing."""
        return digest_of(self.cleaned_data.get("file"))

    def clean_file(self) -> Any:
        """Refuse what is no document."""
        return _small(self.cleaned_data["file"])


class SignForm(forms.Form):
    """One course that somebody finished (TRN-02, TRN-04, TRN-05)."""

    completed_on = forms.DateField(widget=_day(), label="Completed on")
    topics = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Covered")
    certificate = forms.CharField(max_length=60, required=False, label="Number of the certificate")
    outside = forms.CharField(max_length=50, required=False, label="Trainer from outside")

    def __init__(self, course: Course, *args: Any, signs: bool, attests: bool, **kwargs: Any) -> None:
        """Ask what this course needs.

        Args:
            course: the course.
            args: Django's.
            signs: whether the person at the page may sign it.
            attests: whether they may enter a trainer from outside.
            kwargs: Django's.
        """
        kwargs["prefix"] = course.code
        super().__init__(*args, **kwargs)
        topics = self.fields["topics"]
        assert isinstance(topics, forms.MultipleChoiceField)
        topics.choices = [(topic, topic) for topic in course.topics]
        if not course.topics:
            del self.fields["topics"]
        if not course.certified_by and not attests:
            del self.fields["certificate"]
        if not attests:
            del self.fields["outside"]
        else:
            self.fields["outside"].required = not signs
            if not signs:  # and a trainer from outside has a number to show
                self.fields["certificate"].required = True
        if course.certified_by:
            self.fields["certificate"].required = True

    def clean_completed_on(self) -> datetime:
        """Return noon of the day, or now where that lies ahead."""
        day, now = self.cleaned_data["completed_on"], timezone.now()
        if day > timezone.localdate(now):
            raise forms.ValidationError("A course is signed when it is finished: this day is to come.")
        return min(timezone.make_aware(datetime.combine(day, time(12))), now)


class DocumentForm(forms.Form):
    """A new version of a document (TRN-04)."""

    title = forms.ChoiceField(label="Document")
    version = forms.CharField(max_length=40, help_text="Such as 2026-11.")
    place = forms.CharField(max_length=300, label="Where people read it", help_text="An address or a shelf.")
    file = forms.FileField(required=False, label="The document", help_text="Only its SHA-256 digest is kept.")

    def __init__(self, titles: list[str], *args: Any, **kwargs: Any) -> None:
        """Offer the policy's documents.

        Args:
            titles: what they are called.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        title = self.fields["title"]
        assert isinstance(title, forms.ChoiceField)
        title.choices = [(one, one) for one in titles]

    def clean_file(self) -> Any:
        """Refuse what is no document."""
        return _small(self.cleaned_data["file"])


class AcknowledgeForm(forms.Form):
    """A document read."""

    title = forms.CharField(max_length=120)
    version = forms.CharField(max_length=40)


class HolderForm(forms.Form):
    """Who holds an office from a day on (GOV-01)."""

    title = forms.CharField(max_length=120, widget=forms.HiddenInput)
    holder = forms.CharField(max_length=120, label="Name")
    held_from = forms.DateField(widget=_day(), label="From")
    order_number = forms.CharField(max_length=60, required=False, label="Number of the appointment")


class MemberForm(forms.Form):
    """A member whom the holder assigns (GOV-02)."""

    title = forms.CharField(max_length=120, widget=forms.HiddenInput)
    member = forms.CharField(max_length=120, label="Name")
    held_from = forms.DateField(widget=_day(), label="From")
    held_to = forms.DateField(widget=_day(), label="Until", required=False)


class EndForm(forms.Form):
    """The end of a designation."""

    day = forms.DateField(widget=_day(), label="Ends on")


class DeploymentForm(forms.Form):
    """An order of deployment (USR-14)."""

    effort = forms.CharField(max_length=200, label="What for")
    place = forms.CharField(max_length=200, label="Where")
    valid_from = forms.DateTimeField(widget=_moment(), input_formats=[_MOMENT], label="From")
    valid_to = forms.DateTimeField(widget=_moment(), input_formats=[_MOMENT], label="Until")


class RosterForm(forms.Form):
    """The roster of active employees (USR-11)."""

    file = forms.FileField(label="Roster, comma-separated values")


class FilterForm(forms.Form):
    """What the list of people is narrowed down to."""

    text = forms.CharField(required=False, max_length=60, label="Name, title or number")
    role = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((role.value, code_in_words(role.value)) for role in Role)]
    )
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Any"),
            ("works", "May work"),
            ("partly", "In part"),
            ("blocked", "Blocked"),
            ("left", "Left"),
        ],
    )


def initial_of(person: Person) -> dict[str, dict[str, Any]]:
    """Return what the forms about a person begin with, by form.

    Args:
        person: who.
    """
    return {
        "describe": {name: getattr(person, name) for name in DescribeForm.base_fields},
        "appoint": {
            "title": person.title,
            "roles": person.roles,
            "camera_groups": ", ".join(person.camera_groups or ()),
        },
        "entitle": {"sources": person.entitlements},
    }


def digest_of(file: Any) -> str:
    """Return the SHA-256 digest of an uploaded file, hexadecimal; empty where there is none.

    Args:
        file: Django's uploaded file, or None.
    """
    return hashlib.sha256(b"".join(file.chunks())).hexdigest() if file else ""


def _small(file: Any) -> Any:
    if file and file.size > _LARGEST_BYTES:
        raise forms.ValidationError("The document is larger than 20 MiB.")
    return file
