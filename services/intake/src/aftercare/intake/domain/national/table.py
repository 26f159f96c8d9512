"""The rows of the national and vendor formats."""

from aftercare.intake.domain.format_row import Format
from aftercare.intake.domain.national import hmpps, lfpse

NATIONAL: tuple[Format, ...] = (*lfpse.ROWS, *hmpps.ROWS)
