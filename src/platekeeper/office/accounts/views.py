"""Choosing one's own password."""

from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from platekeeper.office.accounts.forms import ChoosePasswordForm
from platekeeper.office.accounts.operations import choose_password
from platekeeper.office.accounts.people import person_of


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Let a person choose their own password, the first time instead of the one-time one."""
    person = person_of(request)
    form = ChoosePasswordForm(person, request.POST or None)
    if form.is_valid():
        try:
            choose_password(person, form.cleaned_data["new_password1"])
        except ValidationError as error:
            form.add_error("new_password1", error)
        else:
            update_session_auth_hash(request, person)
            return redirect("/")
    context = {"form": form, "was_one_time": person.must_choose_password}
    return render(request, "account/password_change.html", context, status=422 if form.errors else 200)
