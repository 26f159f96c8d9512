"""How people become tokens, and how the few places that must know more keep it sealed."""
