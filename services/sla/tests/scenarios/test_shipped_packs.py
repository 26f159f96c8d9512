"""Every shipped pack keeps what its scenarios promise in plain words."""

import pytest

from aftercare.programme.clock_loader import load_clock_pack, shipped_clock_packs
from aftercare.programme.clocks import Scenario
from aftercare.programme.loader import load_organisation
from aftercare.sla.domain.scenarios import play

ORGANISATION = load_organisation("clock-scenarios-organisation")
SCENARIOS = [
    pytest.param(name, scenario, id=f"{name}: {scenario.name}")
    for name in shipped_clock_packs()
    for scenario in load_clock_pack(name).scenarios
]


def test_every_pack_has_scenarios() -> None:
    assert {param.values[0] for param in SCENARIOS} == set(shipped_clock_packs())


@pytest.mark.parametrize(("pack", "scenario"), SCENARIOS)
def test_scenario_of_a_shipped_pack_comes_out_as_it_says(pack: str, scenario: Scenario) -> None:
    assert play(load_clock_pack(pack), scenario, ORGANISATION) == ()
