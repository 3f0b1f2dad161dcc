"""Tags of the roster's pages: tabs, pages of a list, buttons that explain why they are closed."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.urls import reverse

from platekeeper.office.accounts.models import Person
from platekeeper.policy import Profile

register = template.Library()

_TABS = (
    ("roster:people", "People"),
    ("roster:classes", "Classes of users"),
    ("roster:training", "Training"),
    ("roster:documents", "Documents"),
    ("roster:approvals", "Authorizations"),
    ("roster:offices", "Offices"),
    ("roster:deployments", "Deployments"),
    ("roster:reconcile", "Roster"),
)


@register.inclusion_tag("roster/_tabs.html", takes_context=True)
def roster_tabs(context: Context, here: str) -> dict[str, Any]:
    """Show the administrator's places, to administrators.

    Args:
        context: the page's; its `shell` says whether People is open.
        here: the url name of this one.
    """
    nav = getattr(context.get("shell"), "nav", ())
    is_open = any(item.url == reverse("roster:people") and item.refusal is None for item in nav)
    return {"tabs": _TABS if is_open else (), "here": here}


@register.inclusion_tag("ui/components/pager.html")
def roster_pages(page: Page[Any], query: str) -> dict[str, Any]:
    """Show the ways to the other pages of a list.

    Args:
        page: this one.
        query: the filters, encoded.
    """
    before = f"?page={page.previous_page_number()}&{query}" if page.has_previous() else None
    after = f"?page={page.next_page_number()}&{query}" if page.has_next() else None
    return {"newer_url": before, "older_url": after}


@register.inclusion_tag("roster/_button.html")
def roster_button(
    text: str,
    is_self: bool,
    person: Person,
    profile: Profile,
    tone: str = "",  # a template's call
) -> dict[str, Any]:
    """Show a button that changes a person, or why it does not.

    Args:
        text: what it does.
        is_self: whether the page is one's own.
        person: whom it concerns.
        profile: the policy, for the clause.
        tone: "danger" or "".
    """
    why = clause = ""
    if person.separated_at is not None:
        why, clause = "This person left: their name stays as it is.", profile.users.leavers.clause
    elif is_self:
        why, clause = (
            "Nobody changes their own rights: another administrator does.",
            profile.clause_of("USR-05"),
        )
    return {"text": text, "why": why, "clause": clause, "tone": tone}


@register.filter
def clause(profile: Profile, obligation: str) -> str:
    """Return the first clause that an obligation stands on.

    Args:
        profile: the policy.
        obligation: its id.
    """
    return profile.clause_of(obligation)
