"""`docs/clock-packs.md`: its tables are what the packs say, and its example is a pack that works."""

import re
from pathlib import Path

import pytest
import yaml

from aftercare.programme import load_organisation
from aftercare.programme.clock_loader import load_clock_pack, packs_of, shipped_clock_packs
from aftercare.programme.clock_page import MARK, is_stale, main, own_rules, page

PAGE = next(one for one in Path(__file__).parents if (one / "docs").is_dir()) / "docs" / "clock-packs.md"
PACKS = {name: load_clock_pack(name) for name in shipped_clock_packs()}


def rows() -> list[list[str]]:
    lines = page(MARK).splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [SDRl]\S* \|", line)
    ]


def test_the_tables_are_what_the_packs_say() -> None:
    assert not is_stale(PAGE)


def test_every_rule_of_every_pack_has_one_row() -> None:
    written = [cells[1].rpartition("(`")[2].removesuffix("`)") for cells in rows()]
    assert sorted(written) == sorted(rule.id for pack in PACKS.values() for rule in own_rules(pack, PACKS))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("s-02-first-response", "| obligation-opened (occurred, else received) |"),
        ("s-02-first-response", "| within 24 hours | continuous | programme-on-call |"),
        ("s-02-first-response", "| 50, 80, 100 %: worklist; missed: page | guideline | yes | yes |"),
        ("s-12-red-flag", "| 50, 100 %: page |"),
        ("s-12-red-flag", "| as soon as a message says red-flag-raised |"),
        ("s-13-follow-up", "| after 7 days, within 14 days |"),
        ("s-13-follow-up", "| off; no message says followed-up yet |"),
        ("s-14-trauma-interview", "| not before 72 hours |"),
        ("s-14-trauma-interview", "| practice | yes | begins; no message says trauma-interview-held yet |"),
        ("s-20-check-in-one-month", "| after 21 days, within 1 month and 7 days |"),
        ("s-22-refresher", "| every 12 months |"),
        ("s-01-defusing", "| before left-work, within 12 hours |"),
        ("s-01-defusing", "| off; no message says defusing-done yet |"),
        ("d-03-candour-notice", "| harm from moderate on or flag duty-of-candour; adverse-event |"),
        ("d-03-candour-notice", "| age; local objective 3 days | calendar-days |"),
        ("d-21-report-to-first-talk", "| age |  | communication-lead |  | guideline | yes | yes |"),
        ("s-08-meet", "| named by self or colleague or manager or management |"),
        ("r-06-final-report", "| no | off |"),
        ("d-19-written-disclosure", "| legal | no | yes |"),
    ],
)
def test_a_row_reads_as_its_rule(rule: str, told: str) -> None:
    (line,) = [line for line in page(MARK).splitlines() if f"(`{rule}`)" in line]
    assert told in line


def test_what_is_written_by_hand_stays(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"By hand.\n{MARK}old\n")
    assert main([str(path), "--check"]) == 1
    assert main([str(path)]) == 0
    assert main([str(path), "--check"]) == 0
    assert path.read_text().startswith(f"By hand.\n{MARK}")


def test_a_page_that_lost_its_line_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("By hand.\n")
    with pytest.raises(ValueError, match="lost the line"):
        main([str(path)])
    assert path.read_text() == "By hand.\n"


def test_the_example_on_the_page_is_a_pack_that_its_site_finds(tmp_path: Path) -> None:
    sites, pack = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    coordinators = [{"code": "one", "name": "Somebody", "email": "somebody@example.org"}]
    organisation = yaml.safe_load(sites) | {"name": "Riverside", "coordinators": coordinators}
    (tmp_path / "organisation.yaml").write_text(yaml.safe_dump(organisation))
    (tmp_path / "river-clocks.yaml").write_text(pack)
    packs = packs_of(load_organisation(tmp_path / "organisation.yaml"), tmp_path)
    ids = {rule.id for rule in packs["river"].rules}
    assert {"river-letter", "d-03-candour-notice", "s-14-trauma-interview"} <= ids
    assert "s-19-findings-told-to-staff" not in ids
    assert packs["river"].scenarios[0].site == "river"
