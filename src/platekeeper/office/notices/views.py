"""A person's own messages."""

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from platekeeper.office.accounts.people import person_of
from platekeeper.office.notices.models import Notice
from platekeeper.office.notices.operations import see, see_all
from platekeeper.office.notices.push import PushError, public_key, subscribe, unsubscribe
from platekeeper.office.notices.queries import messages_of


@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """List the latest messages."""
    context = {"notices": messages_of(person_of(request)), "push_key": public_key()}
    return render(request, "notices/messages.html", context)


@require_POST
def push(request: HttpRequest) -> HttpResponse:
    """Note a browser that shall be woken when an alert waits, or forget it; `on` says which."""
    person, given = person_of(request), request.POST
    endpoint = given.get("endpoint", "")
    if given.get("on") != "1":
        unsubscribe(person=person, endpoint=endpoint)
        return JsonResponse({"on": False})
    p256dh, auth = given.get("p256dh", ""), given.get("auth", "")
    try:
        subscribe(person=person, endpoint=endpoint, p256dh=p256dh, auth=auth, now=timezone.now())
    except PushError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"on": True})


@login_not_required
@require_GET
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view's signature
    """Serve the script that shows a push; at the top, for it may act for pages beneath its own address only."""
    found = finders.find("ui/js/push-worker.js")
    assert isinstance(found, str)
    return HttpResponse(Path(found).read_bytes(), content_type="text/javascript")


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
