"""What text columns of the clocks may look like."""

from aftercare.programme.model import HarmLevel

HAPPENING = "^[a-z]{2,20}(-[a-z]{2,20}){1,3}$"
"""A word of `programme/happenings.py`: their list grows without a migration."""
SUBJECT = "^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$"
"""What a clock can be for."""
PERSON = f"pat_[0-9a-f]{{32}}(:({'|'.join(HarmLevel)}))?"
"""A relevant person, and the harm that is stated of them alone."""
