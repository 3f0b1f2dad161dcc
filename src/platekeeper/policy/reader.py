"""From TOML tables to frozen dataclasses, by their annotations; nothing is guessed and nothing is left out.

A setting is written `{ value = "P5Y", clause = "RB 432.5" }`, with `strength`, `decision` and `note` where
they say something. Everything that is missing, unknown or of the wrong kind becomes a `Fault` at its path,
all of them at once, so that whoever writes a profile mends it in one go.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from platekeeper.policy.period import Period
from platekeeper.policy.setting import Setting
from platekeeper.policy.vocabulary import Strength

T = TypeVar("T")
_ABSENT = ("none", "forever")
_UNIONS = (types.UnionType, typing.Union)
_SETTING_KEYS = frozenset({"value", "clause", "strength", "decision", "note"})


@dataclass(frozen=True)
class Fault:
    """Something that cannot be read.

    Attributes:
        path: dotted path of the value, such as `retention.purge`.
        sentence: what is wrong.
        remedy: what to write instead.
    """

    path: str
    sentence: str
    remedy: str


class Unreadable(Exception):  # noqa: N818  # it never leaves this module
    """A value could not be read; its fault is in the list already."""


@dataclass
class Reader:
    """Reads one document and collects its faults."""

    faults: list[Fault] = field(default_factory=list)

    def table(self, kind: type[T], given: object, path: str, **known: object) -> T | None:
        """Return a dataclass read from a table, or None after noting what is wrong.

        Args:
            kind: the dataclass.
            given: the table as TOML gave it.
            path: its dotted path.
            known: fields that the document does not state.
        """
        try:
            return self._table(kind, given, path, known)
        except Unreadable:
            return None

    def _refuse(self, path: str, sentence: str, remedy: str) -> Unreadable:
        self.faults.append(Fault(path, sentence, remedy))
        return Unreadable()

    def _table(self, kind: type[T], given: object, path: str, known: Mapping[str, object]) -> T:
        if not isinstance(given, dict):
            raise self._refuse(path, f"{path or 'The document'} is not a table.", f"Write it as [{path}].")
        hints = typing.get_type_hints(kind)
        values = dict(known)
        complete = True
        for part in dataclasses.fields(kind):  # type: ignore[arg-type]  # callers name dataclasses
            here = f"{path}.{part.name}" if path else part.name
            if part.name in known:
                continue
            if part.name not in given:
                if part.default is dataclasses.MISSING and part.default_factory is dataclasses.MISSING:
                    complete = False
                    self._refuse(
                        here, f"{here} is missing.", "State it, with its clause; nothing has a default."
                    )
                continue
            try:
                values[part.name] = self._value(hints[part.name], given[part.name], here)
            except Unreadable:
                complete = False
        for name in given.keys() - hints.keys():
            here = f"{path}.{name}" if path else name
            self._refuse(
                here, f"{here} is not a parameter of a policy.", "Remove it or correct its spelling."
            )
        if not complete:
            raise Unreadable
        return kind(**values)

    def _value(self, hint: Any, given: Any, path: str) -> Any:  # noqa: ANN401  # annotations are of any kind
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in _UNIONS:
            # the only union in a profile is with None
            return None if given in _ABSENT else self._value(arguments[0], given, path)
        if origin in {tuple, frozenset}:
            return origin(self._items(arguments[0], given, path))
        if origin is Setting:
            return self._setting(arguments[0], given, path)
        if origin is Mapping:
            return self._mapping(arguments, given, path)
        return self._single(hint, given, path)

    def _single(self, hint: Any, given: Any, path: str) -> Any:  # noqa: ANN401
        if dataclasses.is_dataclass(hint) and hint is not Period:
            return self._table(typing.cast("type[Any]", hint), given, path, {})
        return self._scalar(hint, given, path)

    def _setting(self, hint: Any, given: Any, path: str) -> Setting[Any]:  # noqa: ANN401
        if not isinstance(given, dict) or "value" not in given:
            raise self._refuse(
                path,
                f"{path} states no value with its clause.",
                f"Write {path} = {{ value = ..., clause = ... }}.",
            )
        for name in given.keys() - _SETTING_KEYS:
            raise self._refuse(
                path, f"{path} has an unknown part, {name}.", f"Use only {_listed(_SETTING_KEYS)}."
            )
        clause = given.get("clause", "")
        clauses = (clause,) if isinstance(clause, str) else tuple(self._items(str, clause, path))
        if not all(clauses) or not clauses:
            raise self._refuse(path, f"{path} cites no clause.", "Name the clause that it stands on.")
        return Setting(
            value=self._value(hint, given["value"], path),
            clauses=clauses,
            strength=self._scalar(Strength, given.get("strength", Strength.SHALL), path),
            decision=self._scalar(str, given.get("decision", ""), path),
            note=self._scalar(str, given.get("note", ""), path),
        )

    def _mapping(self, arguments: tuple[Any, ...], given: Any, path: str) -> Mapping[Any, Any]:  # noqa: ANN401
        if not isinstance(given, dict):
            raise self._refuse(path, f"{path} is not a table.", f"Write it as [{path}].")
        return MappingProxyType(
            {
                self._scalar(arguments[0], key, f"{path}.{key}"): self._value(
                    arguments[1], value, f"{path}.{key}"
                )
                for key, value in given.items()
            }
        )

    def _items(self, hint: Any, given: Any, path: str) -> list[Any]:  # noqa: ANN401
        if not isinstance(given, list):
            raise self._refuse(path, f"{path} is not a list.", "Write it in square brackets.")
        if len({repr(item) for item in given}) < len(given):
            raise self._refuse(path, f"{path} lists something twice.", "Remove the repetition.")
        return [self._value(hint, item, path) for item in given]

    def _scalar(self, hint: Any, given: Any, path: str) -> Any:  # noqa: ANN401
        if hint is Period:
            return self._converted(Period.parse, given, path, "an ISO 8601 period")
        if issubclass(hint, StrEnum):
            return self._converted(hint, given, path, f"one of {_listed(hint)}")
        if type(given) is not hint:
            wanted = {str: "text in quotes", bool: "true or false", int: "a whole number"}[hint]
            raise self._refuse(path, f"{path} is of the wrong kind.", f"Write {wanted}.")
        return given

    def _converted(self, convert: Callable[[str], Any], given: Any, path: str, wanted: str) -> Any:  # noqa: ANN401
        try:
            return convert(given)
        except (ValueError, TypeError) as error:
            raise self._refuse(path, f'{path} cannot be "{given}".', f"Write {wanted}.") from error


def _listed(words: typing.Iterable[str]) -> str:
    return ", ".join(sorted(words))
