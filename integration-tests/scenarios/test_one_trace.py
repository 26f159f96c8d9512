"""An incident can be followed from its record to the offer by one trace, through every service that it passed."""

import pytest
from aftercare_local.world.spans import SpanCollector
from aftercare_local.world.world import World

pytestmark = pytest.mark.real


def test_one_incident_is_one_trace_through_every_service(world: World, spans: SpanCollector) -> None:
    nora = world.given_staff("Nora", "Traced")
    world.when_incident_is_filed(involving=[nora], harm="severe")
    world.fast_forward(minutes=3)
    world.expect_offer_to(nora)
    assert spans.wait_for_one_trace_through({"aftercare-intake", "aftercare-support", "aftercare-outreach"})
