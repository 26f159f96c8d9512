"""Everything that a person reads: mails, short messages and pages, in every language that we ship."""
