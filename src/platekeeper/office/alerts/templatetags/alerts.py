"""What pages say about steps of alerts."""

from django import template

from platekeeper.office.alerts.lifecycle import LABELS

register = template.Library()


@register.filter
def step_label(name: object) -> str:
    """Say what a step did, by its name in the lifecycle."""
    return LABELS.get(str(name), str(name))
