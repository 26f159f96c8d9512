"""Expressions of a mapping: JMESPath, which has no loops, no regular expressions and no way out.

What an engineer writes runs over data that anybody may send, so each look at a record has a budget of steps, and
no value may grow beyond a limit. A fault says what kind it was and never quotes the record.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol

from jmespath.exceptions import ArityError, IncompleteExpressionError, JMESPathError, LexerError, ParseError
from jmespath.parser import Parser
from jmespath.visitor import Options, TreeInterpreter

from aftercare.intake.domain.mapping.alike import alike
from aftercare.intake.domain.mapping.functions import HouseFunctions
from aftercare.intake.domain.mapping.hints import name_for_text, quoted_name

MAX_LENGTH = 1000
MAX_SIZE = 200_000
"""Characters of a text and entries of a list that an expression may make."""
DEFAULT_STEPS = 100_000


class ExpressionError(ValueError):
    """This is no expression. `column` counts from 0 within it; the text says what to do."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


class TooCostlyError(Exception):
    """A record on which the expressions take more steps, or make larger values, than they may."""


class NotApplicableError(Exception):
    """The expression could not be applied to what the record holds, such as `join` to a number."""


_HOUSE = HouseFunctions()
_OPTIONS = Options(custom_functions=_HOUSE)
_ARITY = {
    name: (len(row["signature"]), bool(row["signature"] and row["signature"][-1].get("variadic")))
    for name, row in HouseFunctions.FUNCTION_TABLE.items()
}


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
_LOOKED_AT_PER_STEP = 5
"""Items of a list in which something is looked for."""
PARENT = "parent"
_CONSTANTS = frozenset({"true", "false", "null"})


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

    def visit_function_expression(self, node: Any, value: Any) -> Any:
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


_METHODS = {name.removeprefix("visit_"): getattr(Budget, name) for name in dir(Budget) if "visit_" in name}


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. Made by `parse`."""

    words: str
    tree: Any = field(repr=False, compare=False)

    def of(self, value: Any, budget: Budget) -> Any:
        """What it gives for a value; `None` for nothing. Raises `TooCostlyError`, `NotApplicableError`."""
        try:
            return budget.visit(self.tree, value)
        except RecursionError:
            raise TooCostlyError from None
        except (JMESPathError, TypeError, ValueError, AttributeError, OverflowError):
            raise NotApplicableError from None


def parse(words: str) -> Expression:
    """Check an expression. Raises `ExpressionError`."""
    if len(words) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters; pick from a smaller part first")
    if not words.strip():
        raise ExpressionError("an expression is missing here: write the path of the value, such as report.number")
    try:
        tree = deepcopy(Parser().parse(words).parsed)  # the parser hands the same one out again
    except RecursionError:
        raise ExpressionError("too many brackets inside each other") from None
    except IncompleteExpressionError:
        raise ExpressionError("the expression stops too early: something must follow", len(words)) from None
    except LexerError as error:
        raise ExpressionError(_lexer_advice(words, error), _column(error.lexer_position, words)) from None
    except ParseError as error:
        raise ExpressionError(_parse_advice(words, error), _column(error.lex_position, words)) from None
    except JMESPathError:
        raise ExpressionError("this is no JMESPath expression") from None
    _check_functions(tree, words)
    meant = name_for_text(words)
    if meant is not None:
        raise ExpressionError(*meant)
    return Expression(words, tree)


def _column(position: object, words: str) -> int:
    return min(position, len(words)) if isinstance(position, int) else 0


_IN_QUOTES = 'write a field of that name as "..." with double quotes'


def _lexer_advice(words: str, error: LexerError) -> str:
    at = words[_column(error.lexer_position, words) :][:1]
    if at == "+":
        return f"JMESPath has no +: numbers are added by {_sum(words)}, texts put together by join(' ', [a, b])"
    if at == "=":
        return "compare with == (two signs)"
    if at in "'\"`":
        return f"the text that begins with {at} has no end: close it with the same sign"
    if not at.isascii():
        return f"the sign {at} needs quotes: {_write(words, _IN_QUOTES)}"
    return f"the sign {at} has no meaning here; {_write(words, 'a name with such signs is written in double quotes')}"


def _sum(words: str) -> str:
    parts = [part.strip() for part in words.split("+")]
    return f"sum([{', '.join(parts)}])" if all(map(str.isidentifier, parts)) else "sum([a, b])"


def _write(words: str, advice: str) -> str:
    """The exact text to write in the file, where the words are a name; else the advice."""
    exact = quoted_name(words)
    return f"for a field of this name write {exact}" if exact else advice


def _parse_advice(words: str, error: ParseError) -> str:
    if isinstance(error, ArityError):
        return "a function has too many or too few values in its brackets"
    token = str(error.token_value or "")
    column = _column(error.lex_position, words)
    if words[:column].rstrip().endswith("["):
        return f"to choose from a list write [?{token} ...] with a question mark"
    if token.isdigit() and words[:column].rstrip().endswith(("=", "<", ">", ",", "(")):
        return f"write a number in backticks: `{token}`"
    unexpected = f"{token or 'this'} is not expected here"
    if token.isdigit() or (column and words[column - 1 :][:1].isdigit()):
        return f"{unexpected}; {_write(words, 'a name that begins with a digit is written in double quotes')}"
    if column and words[column - 1] == " ":
        return f"{unexpected}; {_write(words, 'a name with spaces is written in double quotes')}"
    exact = quoted_name(words)
    return f"{unexpected}; for a field of this name write {exact}" if exact else unexpected


def _check_functions(tree: Any, words: str) -> None:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting.extend(child for child in node["children"] if isinstance(child, dict))
        if node["type"] == "function_expression":
            _check_function(node, words)
        elif node["type"] == "field" and node["value"] in _CONSTANTS and f'"{node["value"]}"' not in words:
            column = max(words.find(node["value"]), 0)
            raise ExpressionError(f"write the value in backticks: `{node['value']}`; without, it is a field", column)


def _check_function(node: Any, words: str) -> None:
    name = node["value"]
    column = max(words.find(f"{name}("), 0)
    if name not in _ARITY:
        known: Sequence[str] = sorted(_ARITY)
        raise ExpressionError(f"there is no function {name}; there are {', '.join(known)}", column)
    least, variadic = _ARITY[name]
    given = len(node["children"])
    if given < least or (given > least and not variadic):
        raise ExpressionError(f"{name} takes {least} value{'s' * (least != 1)} in its brackets, not {given}", column)
