"""How two policies differ, rule by rule in plain words: two agencies', or two versions of one's."""

from dataclasses import dataclass

from platekeeper.policy.profile import Profile
from platekeeper.policy.statements import Statement, chapters


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One rule as two policies have it.

    Attributes:
        path: dotted path of the setting.
        before: the first policy's rule; None where it has none.
        after: the second's; None where it has none.
    """

    path: str
    before: Statement | None
    after: Statement | None

    @property
    def matters(self) -> bool:
        """Whether the two say something different, or say it with different strength."""
        before, after = self.before, self.after
        if before is None or after is None:
            return True
        return (before.text, before.strength) != (after.text, after.strength)


def side_by_side(before: Profile, after: Profile) -> tuple[Difference, ...]:
    """Return every rule of either policy, in the first's order, the second's own at the end."""
    left, right = _by_path(before), _by_path(after)
    order = [*left, *(path for path in right if path not in left)]
    return tuple(Difference(path=path, before=left.get(path), after=right.get(path)) for path in order)


def differences(before: Profile, after: Profile) -> tuple[Difference, ...]:
    """Return the rules that two policies do not have alike.

    Source:
        GOV-04
    """
    return tuple(one for one in side_by_side(before, after) if one.matters)


def concerns_retention(before: Profile, after: Profile) -> bool:
    """Tell whether a change touches what is kept and for how long: the rules themselves or the floor beneath them.

    Source:
        GOV-07
    """
    return (before.retention, before.floor.slug) != (after.retention, after.floor.slug)


def _by_path(profile: Profile) -> dict[str, Statement]:
    return {statement.path: statement for chapter in chapters(profile) for statement in chapter.statements}
