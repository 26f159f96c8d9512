"""What runs expressions: it counts every step, and finds what JMESPath alone would lose."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from jmespath.visitor import Options, TreeInterpreter

from aftercare.intake.domain.mapping.alike import alike
from aftercare.intake.domain.mapping.functions import HouseFunctions

MAX_SIZE = 200_000
"""Characters of a text and entries of a list that an expression may make."""
DEFAULT_STEPS = 100_000
_HOUSE = HouseFunctions()
_OPTIONS = Options(custom_functions=_HOUSE)


class TooCostlyError(Exception):
    """A record on which the expressions take more steps, or make larger values, than they may."""


class Watch(Protocol):
    """Is told what expressions do with a record, where somebody wants to know."""

    def look(self, node: Any, value: dict[str, Any]) -> None:
        """A node looks for a name in an object."""

    def choose(self, node: Any, items: list[Any], taken: list[Any]) -> None:
        """A condition, an index or a slice took these items of a list."""

    def take(self, items: Sequence[Any]) -> None:
        """A list of people has these items."""

    def compare(self, node: Any, one: Any, other: Any) -> None:
        """A node compared these two, or looked for the second in the first."""


_ITSELF: Any = {"type": "identity", "children": []}
_GROWING = frozenset({str, list})
_EQUALITY = frozenset({"eq", "ne"})
_LOOKED_AT_PER_STEP = 2
"""Items of a list in which something is looked for."""
PARENT = "parent"


class Budget(TreeInterpreter):
    """Evaluates, counts every step, and refuses values that grow without measure. One per record, or per splitting.

    Where JMESPath finds nothing, and so would lose people without a word, it finds them: one thing is a list of one
    (XML doesn't tell them apart), and a list has the fields of its items. It looks methods up in a table of the
    class, not in one of its own as its parent does: that would hold itself.
    """

    def __init__(self, steps: int = DEFAULT_STEPS, rows: Sequence[Any] = (), watch: Watch | None = None) -> None:
        """The names of `rows` are those of columns: those that they lack are told by `missed`."""
        super().__init__(_OPTIONS)
        self.steps = steps
        """Those that are left."""
        self.has_columns = bool(rows)
        self._rows = {id(row): row for row in rows}
        self._item: Any = None
        self._parent: Any = None
        self._missed: list[str] = []
        self.absent = 0
        """How often a name was looked for in an object that has none of it."""
        self._watch = watch

    def enter(self, item: Any, parent: Any) -> None:
        """From now on `parent`, where a path through the item begins, is what the item is a part of."""
        self._item, self._parent = item, parent

    def missed(self) -> list[str]:
        """The columns that expressions named since the last time, and that are not there."""
        found, self._missed = self._missed, []
        return found

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self.steps -= 1
        if self.steps < 0:
            raise TooCostlyError
        made = _METHODS[node["type"]](self, node, *args, **kwargs)
        if type(made) in _GROWING and len(made) > MAX_SIZE:
            raise TooCostlyError
        return made

    def visit_field(self, node: Any, value: Any) -> Any:
        name = node["value"]
        if name == PARENT and self._parent is not None and value is self._item:
            return self._parent
        if isinstance(value, list):
            return self._of_each(node, value)
        if name == "#text" and isinstance(value, str):
            return value
        if isinstance(value, dict):
            self._look(node, name, value)
        return super().visit_field(node, value)

    def _look(self, node: Any, name: str, value: dict[str, Any]) -> None:
        if name not in value:
            self.absent += 1
            if id(value) in self._rows:
                self._missed.append(name)
        if self._watch is not None:
            self._watch.look(node, value)

    def _of_each(self, node: Any, value: list[Any]) -> Any:
        found: list[Any] = []
        for one in value:
            inner = self.visit(node, one)
            found.extend(inner if isinstance(inner, list) else [] if inner is None else [inner])
            if len(found) > MAX_SIZE:
                raise TooCostlyError
        return found if len(found) > 1 else next(iter(found), None)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        if node["value"] not in _EQUALITY:
            return super().visit_comparator(node, value)
        one, other = (self.visit(child, value) for child in node["children"])
        self._compared(node, one, other)
        return alike(one, other) is (node["value"] == "eq")

    def visit_or_expression(self, node: Any, value: Any) -> Any:
        return self._first_of(node["children"], value, _is_true)

    def _first_of(self, nodes: Sequence[Any], value: Any, is_one: Callable[[Any], bool]) -> Any:
        """The first that gives something. Where one of them lacks no name, that is the shape which the record has."""
        absent, missed = self.absent, len(self._missed)
        whole = False
        found: Any = None
        for node in nodes:
            before = self.absent
            found = self.visit(node, value)
            whole = whole or self.absent == before
            if is_one(found):
                break
        if whole:
            self.absent = absent
            del self._missed[missed:]
        return found

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        if node["value"] == "not_null":
            return self._first_of(node["children"], value, lambda found: found is not None)
        given = [self.visit(child, value) for child in node["children"]]
        if node["value"] == "contains" and isinstance(given[0], list):
            self.steps -= len(given[0]) // _LOOKED_AT_PER_STEP
            self._compared(node, *given)
        return _HOUSE.call_function(node["value"], given)

    def _compared(self, node: Any, one: Any, other: Any) -> None:
        if self._watch is not None:
            self._watch.compare(node, one, other)

    def visit_projection(self, node: Any, value: Any) -> Any:
        return super().visit_projection(self._on_a_list(node, value), value)

    def visit_filter_projection(self, node: Any, value: Any) -> Any:
        node_on_list = self._on_a_list(node, value)
        if self._watch is None:
            return super().visit_filter_projection(node_on_list, value)
        items, goes_on, condition = node_on_list["children"]
        only_chosen: Any = {**node, "children": [items, _ITSELF, condition]}
        taken = super().visit_filter_projection(only_chosen, value)
        if taken is None:
            return None
        self._watch.choose(node, items["value"], taken)
        made = (self.visit(goes_on, one) for one in taken)
        return [one for one in made if one is not None]

    def visit_flatten(self, node: Any, value: Any) -> Any:
        return super().visit_flatten(self._on_a_list(node, value), value)

    def visit_index(self, node: Any, value: Any) -> Any:
        return self._chosen(node, self._listed(value), super().visit_index(node, self._listed(value)))

    def visit_slice(self, node: Any, value: Any) -> Any:
        return self._chosen(node, self._listed(value), super().visit_slice(node, self._listed(value)))

    def _chosen(self, node: Any, items: Any, made: Any) -> Any:
        if self._watch is not None and items is not None:
            self._watch.choose(node, items, made if isinstance(made, list) and node["type"] == "slice" else [made])
        return made

    def took(self, items: Sequence[Any]) -> None:
        """These are the items of a list of people."""
        if self._watch is not None:
            self._watch.take(items)

    def _on_a_list(self, node: Any, value: Any) -> Any:
        """The node with what it goes through worked out, a single thing as a list of one."""
        base, *rest = node["children"]
        through = {"type": "literal", "children": [], "value": self._listed(self.visit(base, value))}
        return {**node, "children": [through, *rest]}

    @staticmethod
    def _listed(value: Any) -> Any:
        return value if value is None or isinstance(value, list) else [value]


def _is_true(found: Any) -> bool:
    """As JMESPath has it: 0 is true."""
    return found is not None and found is not False and found not in ("", [], {})


_METHODS = {name.removeprefix("visit_"): getattr(Budget, name) for name in dir(Budget) if "visit_" in name}
