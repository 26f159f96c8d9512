"""Messages as the kit sees them: an envelope, a record, and what a consumer makes of them."""
