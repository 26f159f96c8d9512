"""Expressions of a mapping: JMESPath, which has no loops, no regular expressions and no way out.

What an engineer writes runs over data that anybody may send, so each look at a record has a budget of steps, and
no value may grow beyond a limit. A fault says what kind it was and never quotes the record.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from jmespath.exceptions import ArityError, IncompleteExpressionError, JMESPathError, LexerError, ParseError
from jmespath.parser import Parser

from aftercare.intake.domain.mapping.budget import Budget, TooCostlyError
from aftercare.intake.domain.mapping.functions import HouseFunctions
from aftercare.intake.domain.mapping.hints import name_for_text, quoted_name

MAX_LENGTH = 1000


class ExpressionError(ValueError):
    """This is no expression. `column` counts from 0 within it; the text says what to do."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


class NotApplicableError(Exception):
    """The expression could not be applied to what the record holds, such as `join` to a number."""


_CONSTANTS = frozenset({"true", "false", "null"})
_ARITY = {
    name: (len(row["signature"]), bool(row["signature"] and row["signature"][-1].get("variadic")))
    for name, row in HouseFunctions.FUNCTION_TABLE.items()
}


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
