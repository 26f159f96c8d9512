"""The rows of the national and vendor formats."""

from aftercare.intake.domain.format_row import Format
from aftercare.intake.domain.national import dhis2, e2b_r2, e2b_r3, hmpps, jcqhc, lfpse, melde, nhs_alpha, nomis, pex

NATIONAL: tuple[Format, ...] = (
    *lfpse.ROWS,
    *hmpps.ROWS,
    *nomis.ROWS,
    *melde.ROWS,
    *jcqhc.ROWS,
    *pex.ROWS,
    *e2b_r2.ROWS,
    *e2b_r3.ROWS,
    *nhs_alpha.ROWS,
    *dhis2.ROWS,
)
