"""How long files and functions are (H4), as a table; over the cap is over the cap.

A function's length runs from its `def` to its last line, docstring included, decorators not.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.source import Finding, Source

RULE: Final = "sizes"
FILE_CAP: Final = 350
FUNCTION_CAP: Final = 50
PARAMETER_CAP: Final = 6

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, 90th percentile (nearest rank) and maximum of some sizes."""

    median: int
    p90: int
    largest: int

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "Spread":
        ordered = sorted(sizes) or [0]
        return cls(_rank(ordered, 50), _rank(ordered, 90), ordered[-1])

    def __str__(self) -> str:
        return f"{self.median}/{self.p90}/{self.largest}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a package."""

    package: str
    files: int
    lines: int
    file_sizes: Spread
    functions: int
    function_sizes: Spread
    parameters: Spread


def table(sources: Iterable[Source]) -> list[Row]:
    """One row for each package, in the order of names."""
    packages: Mapping[str, list[Source]] = defaultdict(list)
    for source in sources:
        packages[source.package].append(source)
    return [_row(name, members) for name, members in sorted(packages.items())]


def _row(name: str, members: Sequence[Source]) -> Row:
    lengths = [_lines(source) for source in members]
    functions = [function for source in members for function in _functions(source)]
    return Row(
        package=name,
        files=len(members),
        lines=sum(lengths),
        file_sizes=Spread.of(lengths),
        functions=len(functions),
        function_sizes=Spread.of([_length(function) for function in functions]),
        parameters=Spread.of([_parameters(function) for function in functions]),
    )


def find(source: Source, *, test: bool = False) -> Iterator[Finding]:
    """What is over its cap. Tests have a cap on files only: a story may be told in one go."""
    if _lines(source) > FILE_CAP:
        yield Finding(source.path, 1, RULE, f"{_lines(source)} lines, the cap is {FILE_CAP}")
    for function in () if test else _functions(source):
        if _length(function) > FUNCTION_CAP:
            yield source.finding(function, RULE, f"{function.name}: {_length(function)} lines, cap {FUNCTION_CAP}")
        if _parameters(function) > PARAMETER_CAP and not _is_command(function):
            yield source.finding(
                function, RULE, f"{function.name}: {_parameters(function)} parameters, cap {PARAMETER_CAP}"
            )


def _rank(ordered: Sequence[int], percent: int) -> int:
    """Nearest rank: the smallest value with at least so many percent at or below it."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _lines(source: Source) -> int:
    return len(source.text.splitlines())


def _functions(source: Source) -> list[Function]:
    return [node for node in ast.walk(source.tree) if isinstance(node, Function)]


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _parameters(function: Function) -> int:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([argument for argument in arguments if argument.arg not in {"self", "cls"}])


def _is_command(function: Function) -> bool:
    """A command of a command line: its parameters are its options, and nobody calls it from code."""
    called = (decorator.func for decorator in function.decorator_list if isinstance(decorator, ast.Call))
    return any(isinstance(name, ast.Attribute) and name.attr == "command" for name in called)
