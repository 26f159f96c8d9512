"""Comparing what people typed: names, codes and titles, whatever case, accent or spacing they used."""

import re
import unicodedata
from functools import lru_cache

_APART = re.compile(r"[\W_]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
"""Unicode categories Cc and Cs, and the two separators that some readers take for a line break."""


@lru_cache(maxsize=4096)
def comparable(value: str) -> str:
    """Fold case, accents, width and punctuation away: `MÜLLER-Lüdenscheidt` and `müller lüdenscheidt` are one.

    Accents are dropped after `ß` became `ss`; letters of other scripts stay as they are.
    """
    folded = value
    for form in ("NFD", "NFKD", "NFKD"):  # compatibility caseless matching, Unicode chapter 3.13, D146
        folded = unicodedata.normalize(form, folded).casefold()
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _APART.sub(" ", plain).strip()


def slug(value: str) -> str | None:
    """A code as the contracts allow it, or `None` when nothing of it is left."""
    made = comparable(value).replace(" ", "-")
    return made if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", made) else None


def has_control_characters(value: str) -> bool:
    """Line breaks, NUL and their like have no place in a roster value; in an address they are an attack."""
    return _CONTROL.search(value) is not None
