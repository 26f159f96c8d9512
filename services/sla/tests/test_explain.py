"""`aftercare-sla explain` and `test`: what somebody sees who tries a pack before connecting anything."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from aftercare.schemas.registry import decode
from aftercare.sla.entrypoints import cli
from aftercare.sla.entrypoints.explain import commands
from aftercare.sla.entrypoints.explain_reading import read_incidents
from aftercare.sla.translation_in import told_in

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "schemas" / "examples" / "incident"
REPORTED = EXAMPLES / "reported.v1" / "medication-error-with-two-nurses-and-a-resident.json"
KEYS = {"rule", "subject", "start", "warn", "due", "class", "source", "verified", "reason"}


def run(*words: str, said: str = "") -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(commands, list(words), input=said)


def lines(*words: str, said: str = "") -> list[dict[str, Any]]:
    result = run("explain", *words, "--json", said=said)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def example() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(REPORTED.read_text(encoding="utf-8"))
    return data


def event(data: dict[str, Any], kind: str = "reported", time: str = "2026-03-02T14:30:00Z") -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "1",
        "source": "s",
        "type": f"org.aftercare.incident.{kind}.v1",
        "time": time,
        "data": data,
    }


def test_every_clock_is_one_line_of_json_with_all_that_is_promised() -> None:
    found = lines("england", "--incident", str(REPORTED))
    assert all(set(one) >= KEYS for one in found)
    assert [one["rule"] for one in found if one["subject"].startswith("inc_")] == [
        "d-03-candour-notice",
        "d-05-contract-notice",
    ]
    people = {one["subject"] for one in found if one["rule"] == "s-02-first-response"}
    assert people == {f"inv_0195586e6a007000800000000000000{number}" for number in (1, 2, 3)}
    assert {one["side"] for one in found} == {"event", "support"}


def test_instants_are_utc_and_warnings_lie_on_the_way_to_due() -> None:
    """Reported Monday 2 March 2026 14:20; the tenth business day after it is Monday 16, which ends at midnight."""
    notice = next(one for one in lines("england", "--incident", str(REPORTED)) if one["rule"] == "d-05-contract-notice")
    assert (notice["start"], notice["due"]) == ("2026-03-02T14:20:00Z", "2026-03-17T00:00:00Z")
    way = datetime.fromisoformat(notice["due"]) - datetime.fromisoformat(notice["start"])
    assert way == timedelta(days=14, hours=9, minutes=40)
    assert notice["warn"] == ["2026-03-09T19:10:00Z", "2026-03-14T02:52:00Z", "2026-03-17T00:00:00Z"]
    assert notice["class"] == "contract"
    assert notice["verified"] is False
    assert notice["reason"].startswith("due Tue 17 Mar 2026 00:00 Europe/London because: 10 business days")


def test_holidays_that_were_skipped_are_counted_in_the_reason() -> None:
    data = example()
    for name in ("occurred", "recorded"):
        data["state"][name].update(earliest="2026-04-02T08:00:00Z", latest="2026-04-02T08:00:00Z")
    data["state"]["received"] = "2026-04-02T08:05:00Z"
    notice = next(
        one for one in lines("england", "--incident", "-", said=json.dumps(data)) if one["rule"][:4] == "d-05"
    )
    assert "; 2 holidays skipped" in notice["reason"]
    data["state"]["site"] = "unheard-of"
    nowhere = next(
        one for one in lines("england", "--incident", "-", said=json.dumps(data)) if one["rule"][:4] == "d-05"
    )
    assert "UTC" in nowhere["reason"]
    assert "skipped" not in nowhere["reason"]


def test_one_born_late_warns_once_and_says_that_nobody_could_have_met_it() -> None:
    data = example()
    data["state"]["received"] = "2026-05-04T08:05:00Z"
    first = next(one for one in lines("generic", "--incident", "-", said=json.dumps(data)) if one["rule"][:4] == "s-02")
    assert (first["unmeetable"], first["state"]) == (True, "unmeetable")
    assert first["warn"] == [first["born"]] == ["2026-05-04T08:05:00Z"]
    assert "nobody of ours could have met it" in first["reason"]


def test_a_list_of_revisions_is_read_as_one_history() -> None:
    low, severe = example(), example()
    low["state"]["harm"], severe["state"]["revision"] = "low", 2
    low["state"]["flags"] = []
    history = [event(severe, "amended", "2026-03-05T08:00:00Z"), event(low)]
    found = lines("candor", "--incident", "-", said=json.dumps(history))
    talk = next(one for one in found if one["rule"] == "d-01-first-talk")
    assert talk["born"] == "2026-03-05T08:00:00Z"
    assert lines("candor", "--incident", "-", said="\n".join(json.dumps(one) for one in history)) == found
    assert lines("candor", "--incident", "-", said=json.dumps(event(low))) != found


def test_what_intake_prints_can_be_read_as_it_is() -> None:
    mapped = {"file": "x", "record": 0, "outcome": "mapped", "event": event(example())}
    parked = {"file": "x", "record": 1, "outcome": "parked", "reason": "unknown-format"}
    text = "\n".join(json.dumps(one) for one in (parked, mapped))
    assert lines("generic", "--incident", "-", said=text) == lines("generic", "--incident", str(REPORTED))


def test_a_withdrawn_incident_shows_its_clocks_as_cancelled() -> None:
    gone = example()
    gone["state"]["revision"] = 2
    gone["reason"] = "entered-in-error"
    history = [event(example()), event(gone, "withdrawn", "2026-03-02T16:00:00Z")]
    notice = next(
        one
        for one in lines("england", "--incident", "-", said=json.dumps(history))
        if one["rule"] == "d-05-contract-notice"
    )
    assert notice["state"] == "cancelled"
    assert notice["reason"].endswith("cancelled Mon 2 Mar 2026 16:00 Europe/London (withdrawn)")


def test_a_record_that_names_nobody_has_clocks_for_whoever_it_is() -> None:
    data = example()
    data["state"]["involved"] = []
    found = lines("generic", "--incident", "-", said=json.dumps(data))
    assert {one["subject"] for one in found if one["side"] == "support"} == {data["state"]["incident"]}
    nobody = event(data, "nobody-involved")
    assert [
        one for one in lines("generic", "--incident", "-", said=json.dumps(nobody)) if one["side"] == "support"
    ] == []


def test_it_says_in_plain_words_whose_clock_it_is() -> None:
    first, second = example(), example()
    persons = [{"relevant_person": f"pat_{number:032x}", "harm": harm} for number, harm in ((1, "severe"), (2, "low"))]
    second["state"] |= {"revision": 2, "relevant_persons": persons}
    incident = first["state"]["incident"]
    said = json.dumps([event(first), event(second, "amended", "2026-03-02T16:00:00Z")])
    found = [one for one in lines("england", "--incident", "-", said=said) if one["rule"] == "d-03-candour-notice"]
    assert {(one["subject"], one["whose"], one["state"]) for one in found} == {
        (f"pat_{1:032x}", f"relevant person 1 of 2 of {incident}", "running"),
        (f"pat_{2:032x}", f"relevant person 2 of 2 of {incident}", "running"),
        (incident, f"whoever {incident} befell, as long as it names nobody", "cancelled"),
    }
    assert {one["incident"] for one in found} == {incident}
    shown = run("explain", "england", "--incident", "-", said=said).stdout
    assert f"relevant person 1 of 2 of {incident}, Europe/London" in shown
    assert f"owed to relevant person 1 of 2 of {incident}; its age counts" in " ".join(shown.split())


def test_a_promise_for_one_method_waits_for_an_analysis_by_any() -> None:
    assert "r-05-psii waits for rca-commissioned" in run("explain", "england", "--incident", str(REPORTED)).stdout


def test_a_synthetic_incident_starts_nothing() -> None:
    data = example()
    data["state"]["synthetic"] = True
    assert lines("england", "--incident", "-", said=json.dumps(data)) == []


def test_one_side_can_be_looked_at_alone() -> None:
    both = lines("england", "--incident", str(REPORTED))
    sides = [lines("england", "--incident", str(REPORTED), "--side", side) for side in ("event", "support")]
    assert sorted(map(str, both)) == sorted(map(str, [*sides[0], *sides[1]]))
    assert {one["side"] for one in sides[0]} == {"event"}


def test_people_read_a_table_the_reasons_and_what_is_waited_for() -> None:
    page = run("explain", "england", "--incident", str(REPORTED)).stdout
    assert "inv_0195586e6a0070008000000000000001, Europe/London" in page
    assert "due Tue 17 Mar 2026 00:00 Europe/London because: 10 business days" in " ".join(page.split())
    assert "d-04-candour-letter waits for disclosure-initial-done." in page
    assert "s-12-red-flag waits for red-flag-raised, of which no message tells yet." in page


def test_what_an_incident_is_not_grave_enough_for_is_not_waited_for() -> None:
    data = example()
    data["state"].update(harm="no-harm", flags=[])
    page = run("explain", "england", "--incident", "-", said=json.dumps(data)).stdout
    assert "d-04-candour-letter" not in page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1, column 1: this is not JSON"),
        ('{\n  "state": {,}\n}', "line 2, column 13: this is not JSON"),
        ('{"a": 1}\n{"b": ]', "line 2, column 7: this is not JSON"),
        ("[1]", "event 1: an event is a JSON object"),
        ("[]", "there is no incident event in it"),
        ('{"type": "org.aftercare.rca.completed.v1", "data": {}}', "no outgoing incident event"),
        ('{"type": "org.example.unknown", "data": {}}', "no outgoing incident event"),
        ('{"state": {"incident": "Ana Silva"}}', "state.incident: string_pattern_mismatch"),
    ],
)
def test_a_wrong_file_is_told_with_its_place_and_never_with_what_stands_in_it(text: str, says: str) -> None:
    result = run("explain", "generic", "--incident", "-", said=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "Ana" not in result.stderr


def test_a_time_that_is_none_is_told() -> None:
    result = run("explain", "generic", "--incident", "-", said=json.dumps(event(example(), time="yesterday")))
    assert (result.exit_code, "time is no instant" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("explain", "nowhere", "--incident", "-"), "nowhere: no such file"),
        (("explain", "generic", "--incident", "no-such-file.json"), "no-such-file.json can't be read"),
        (("explain", "generic", "--incident", "-", "--organisation", "nowhere"), "nowhere: no such file"),
        (("test", "nowhere"), "nowhere: no such file"),
    ],
)
def test_what_is_not_there_is_told(words: tuple[str, ...], says: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_a_wrong_pack_is_told_by_line_and_field(tmp_path: Path) -> None:
    pack = tmp_path / "mine.yaml"
    pack.write_text("name: mine\nversion: 1\ntitle: T\nabout: A\nrules:\n  - id: x\n    colour: red\n")
    result = run("explain", str(pack), "--incident", str(REPORTED))
    assert result.exit_code == 2
    assert "mine.yaml line 7, rules.0.colour" in result.stderr


def test_the_scenarios_of_a_pack_are_played_and_failures_say_what_came_out(tmp_path: Path) -> None:
    assert "none failed" in run("test", "wales").stdout
    mine = {
        "name": "mine",
        "version": 1,
        "title": "T",
        "about": "A",
        "includes": ["wales"],
        "scenarios": [
            {
                "name": "Wrong by an hour",
                "site": "cardiff",
                "given": ["a severe incident discovered 2026-05-11T09:00 received 2026-05-11T09:30"],
                "expect": ["d-06-notice starts 2026-05-11T10:00 and runs"],
            }
        ],
    }
    pack = tmp_path / "mine.yaml"
    pack.write_text(yaml.safe_dump(mine))
    result = run("test", str(pack))
    assert result.exit_code == 1
    assert "Wrong by an hour" in result.stdout
    assert "but it starts Mon 11 May 2026 09:00 Europe/London" in result.stdout
    assert "mine: 1 scenarios, 1 failed" in result.stdout


def test_help_teaches_with_an_example() -> None:
    said = " ".join(run("explain", "--help").stdout.split())
    assert "aftercare-sla explain england --incident -" in said
    assert "aftercare-sla test england" in " ".join(run("test", "--help").stdout.split())


def test_the_service_has_both_commands() -> None:
    result = CliRunner().invoke(cli.app, ["explain", "generic", "--incident", str(REPORTED), "--json"])
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()]
    assert CliRunner().invoke(cli.app, ["test", "wales"]).exit_code == 0


def test_a_dry_run_loads_neither_a_database_nor_kafka() -> None:
    """Whoever writes a pack runs it again and again."""
    dry = "from aftercare.sla.entrypoints import cli, explain, explain_reading, explain_words; import sys"
    heavy = "print(*{'sqlalchemy', 'faust', 'fastapi', 'confluent_kafka', 'cloudevents'} & sys.modules.keys())"
    loaded = subprocess.run([sys.executable, "-c", f"{dry}; {heavy}"], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/*.json")), ids=lambda file: file.stem)
def test_the_dry_run_hears_what_the_stream_hears(file: Path) -> None:
    """From an event in a file as from one on the topic: all that it says, by the time that it says."""
    kind = f"org.aftercare.incident.{file.parent.name}"
    data = json.loads(file.read_text(encoding="utf-8"))
    time = "2026-04-01T12:00:00Z"
    reading = read_incidents(json.dumps({"specversion": "1.0", "type": kind, "time": time, "data": data}))
    of_incident = {one for one in reading.told.happenings if one.subject.startswith("inc_")}
    message = decode(kind, json.dumps(data).encode())
    assert message is not None
    heard = told_in(message, datetime.fromisoformat(time))
    assert of_incident == heard.happenings
    assert {link for link in reading.told.links if not link.target.startswith("obl_")} == heard.links
