"""What text columns of `support` may look like."""

ZONE = "^[A-Za-z_]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$"
IDENTIFIER = "^v1[.][a-z0-9-]{1,16}[.][A-Za-z0-9_-]{43}$"
LOGIN = "^login[.]v1[.][A-Za-z0-9_-]{43}$"
ACTOR = "^(system|directory|outreach|intake|login[.]v1[.][A-Za-z0-9_-]{43})$"
SUBJECT = "^(obl|cas|asg|tsk|req|crd|per)_[0-9a-f]{32}$"
REGARDING = "^(cas|asg|tsk)_[0-9a-f]{32}$"
LANGUAGE = "[a-z]{2,3}(-[A-Z]{2})?"
