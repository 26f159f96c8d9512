"""What was meant by an expression that says something else: names taken for texts, texts taken for names.

In JMESPath `"x"` is a field of that name and `'x'` a text. Who confuses them writes a condition that always holds,
or never: it is refused before it can lose a record.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jmespath.lexer import Lexer

from aftercare.intake.domain.vocabulary import (
    Actuality,
    EventKind,
    FeedbackAudience,
    HarmLevel,
    Milestone,
    Outcome,
    RcaMethod,
    Relation,
    Route,
    Seriousness,
    Severity,
    SubjectKind,
    WithdrawalReason,
)

OUR_WORDS = frozenset(
    word.value
    for words in (
        *(HarmLevel, EventKind, Actuality, Severity, Seriousness, Outcome, SubjectKind, Relation, Route),
        *(WithdrawalReason, RcaMethod, FeedbackAudience, Milestone),
    )
    for word in words
)
_COMPARES = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})
_GOES_ON = frozenset({"dot", "lbracket", "flatten", "filter"})
_ENDS = frozenset({"comma", "rparen"})
_TEXT_ARGUMENT = {"contains": 1, "starts_with": 1, "ends_with": 1, "split": 1, "join": 0}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME_LIKE = re.compile(r"[@#]?\w[\w :/#°-]*|@\w[\w:-]*")

Token = Mapping[str, Any]


def name_for_text(words: str) -> tuple[str, int] | None:
    """Advice, and its column from 0, when a name in double quotes stands where a text is meant. For valid words."""
    tokens = list(Lexer().tokenize(words))
    for at, token in enumerate(tokens):
        if token["type"] == "quoted_identifier" and (_compared(tokens, at) or _argument(tokens, at)):
            name = token["value"]
            advice = f""""{name}" is a field of that name; did you mean the text '{name}'?"""
            return f'{advice} If the field is meant, write @."{name}"', token["start"]
    return None


def _compared(tokens: Sequence[Token], at: int) -> bool:
    """A field before a comparison may need its quotes; behind it, only a literal on the other side makes it one."""
    before, after = _type(tokens, at - 1), _type(tokens, at + 1)
    if before in _COMPARES and after not in _GOES_ON:
        return _type(tokens, at - 2) != "literal"
    if after not in _COMPARES or before == "dot":
        return False
    return _type(tokens, at + 2) != "literal" and bool(_PLAIN_NAME.fullmatch(tokens[at]["value"]))


def _argument(tokens: Sequence[Token], at: int) -> bool:
    if _type(tokens, at - 1) not in ("comma", "lparen") or _type(tokens, at + 1) not in _ENDS:
        return False
    depth = commas = 0
    for before in range(at - 1, -1, -1):
        kind = _type(tokens, before)
        depth += (kind in ("rparen", "rbracket", "rbrace")) - (kind in ("lparen", "lbracket", "lbrace", "filter"))
        if depth < 0:
            function = tokens[before - 1]["value"] if kind == "lparen" and before else None
            return _TEXT_ARGUMENT.get(function) == commas if isinstance(function, str) else False
        commas += kind == "comma" and depth == 0
    return False


def _type(tokens: Sequence[Token], at: int) -> str:
    return str(tokens[at]["type"]) if 0 <= at < len(tokens) else ""


def quoted_name(words: str) -> str | None:
    """The path as it must stand in a YAML file, when its names need quotes: `staff no` is '"staff no"'."""
    parts = [part.strip().strip('"') for part in words.split(".")]
    if not all(_NAME_LIKE.fullmatch(part) for part in parts):
        return None
    path = ".".join(part if _PLAIN_NAME.fullmatch(part) else f'"{part}"' for part in parts)
    return in_yaml(path) if path != words else None


def in_yaml(expression: str) -> str:
    """The expression as one text of a YAML file."""
    doubled = expression.replace("'", "''")
    return f"'{doubled}'"
