"""Comparing what people typed: names, codes and titles, whatever case, accent or spacing they used."""

import re
import unicodedata

_APART = re.compile(r"[\W_]+")


def comparable(value: str) -> str:
    """Fold case, accents, width and punctuation away: `MÜLLER-Lüdenscheidt` and `müller lüdenscheidt` are one.

    Accents are dropped after `ß` became `ss`; letters of other scripts stay as they are.
    """
    folded = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _APART.sub(" ", plain).strip()


def slug(value: str) -> str | None:
    """A code as the contracts allow it, or `None` when nothing of it is left."""
    made = comparable(value).replace(" ", "-")
    return made if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", made) else None


def has_control_characters(value: str) -> bool:
    """Line breaks, NUL and their like have no place in a roster value; in an address they are an attack."""
    return any(unicodedata.category(letter) in ("Cc", "Cs") or letter in "\u2028\u2029" for letter in value)
