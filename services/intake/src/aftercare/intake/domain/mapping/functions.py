"""The functions of expressions: those of JMESPath, and what in-house systems need and JMESPath lacks."""

from typing import Any

from jmespath.functions import Functions, signature

from aftercare.intake.domain.mapping.alike import holds_one_like


class HouseFunctions(Functions):
    """Each keeps to a fixed multiple of its input. Texts are looked for without case, as everywhere in a mapping."""

    @signature({"types": []}, {"types": ["string"]})
    def _func_split(self, value: Any, separator: str) -> list[str]:
        if isinstance(value, list):
            return [part for one in value if isinstance(one, str) for part in self._func_split(one, separator)]
        if not isinstance(value, str) or not separator:
            return []
        return [part.strip() for part in value.split(separator) if part.strip()]

    @signature({"types": []})
    def _func_list(self, value: Any) -> Any:
        """A list stays one, nothing becomes an empty one, anything else a list of one: for XML."""
        if isinstance(value, list):
            return value
        return [] if value is None else [value]

    @signature({"types": []})
    def _func_trim(self, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @signature({"types": []})
    def _func_lower(self, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> Any:
        """Scalars only: a whole object as a text is never what a field wants."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return None if isinstance(value, dict | list) or value is None else str(value)

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, value: Any, wanted: Any) -> bool:
        if isinstance(value, list):
            return holds_one_like(value, wanted)
        return isinstance(wanted, str) and wanted.casefold() in value.casefold()

    @signature({"types": ["string"]}, {"types": ["string"]})
    def _func_starts_with(self, value: str, beginning: str) -> bool:
        return value.casefold().startswith(beginning.casefold())

    @signature({"types": ["string"]}, {"types": ["string"]})
    def _func_ends_with(self, value: str, end: str) -> bool:
        return value.casefold().endswith(end.casefold())
