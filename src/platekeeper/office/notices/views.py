"""A person's own messages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from platekeeper.office.accounts.people import person_of
from platekeeper.office.notices.models import Notice
from platekeeper.office.notices.operations import see, see_all
from platekeeper.office.notices.queries import messages_of


@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """List the latest messages."""
    return render(request, "notices/messages.html", {"notices": messages_of(person_of(request))})


@require_POST
def open_message(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Note that a message was seen and lead to what it is about."""
    notice = get_object_or_404(Notice, pk=notice_id, recipient=person_of(request))
    see(notice, timezone.now())
    if notice.link and url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None):
        return redirect(notice.link)
    return redirect("notices:messages")


@require_POST
def all_seen(request: HttpRequest) -> HttpResponse:
    """Note that all messages were seen."""
    see_all(person_of(request), timezone.now())
    return redirect("notices:messages")
