"""The alerts and recorded figures of deploy/prometheus; promtool plays each of them where it is there (make alerts)."""

import os
import shutil
import subprocess
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.promql import FOREIGN, ROOT, faults, known, labels_said, of_runbook, rules

PROMTOOL = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / '.local/prometheus/usr/bin'}")
FOLDER = ROOT / "deploy/prometheus"
ALERTS = {rule["alert"]: rule for rule in rules("alert")}
SEVERITIES = {"critical", "warning"}


def played(file: str) -> list[dict[str, Any]]:
    tests: list[dict[str, Any]] = YAML(typ="safe").load((FOLDER / "tests" / file).read_text("utf-8"))["tests"]
    return tests


def asked(file: str) -> list[dict[str, Any]]:
    return [one for test in played(file) for one in test["promql_expr_test"]]


@pytest.mark.parametrize("rule", [*rules("alert"), *rules("record")], ids=lambda rule: rule.get("alert", "recorded"))
def test_each_rule_asks_for_metrics_that_there_are(rule: dict[str, Any]) -> None:
    assert faults(rule["expr"]) == []


@pytest.mark.parametrize("wrong", ["lederalliancen_outbox_row", 'lederalliancen_works{part="mails"}', 'up{job="x"} >'])
def test_a_name_that_is_nowhere_is_found(wrong: str) -> None:
    try:
        assert faults(wrong) != []
    except ValueError:
        assert wrong.endswith(">")


@pytest.mark.parametrize("name", ALERTS)
def test_each_alert_says_how_bad_it_is_what_people_notice_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in SEVERITIES
    assert all(rule["annotations"][one].strip() for one in ("summary", "meaning"))
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{name}.md"
    text = of_runbook(rule).read_text("utf-8")
    assert text.startswith(f"# {name}")
    assert all(f"\n**{part}.**" in text for part in ("What it means", "Look at", "Do"))


@pytest.mark.parametrize("name", ALERTS)
def test_each_alert_is_played_silent_and_firing_and_says_only_labels_that_it_has(name: str) -> None:
    tests = [one for one in asked("alerts.yml") if f'alertname="{name}"' in one["expr"]]
    fired = [sample["labels"] for one in tests for sample in one["exp_samples"]]
    assert fired
    assert [one for one in tests if not one["exp_samples"]]
    for label in labels_said(ALERTS[name]):
        assert any(f'{label}="' in labels for labels in fired), label


def test_each_recorded_figure_is_played() -> None:
    assert {rule["record"] for rule in rules("record")} == {one["expr"] for one in asked("recording.yml")}


@pytest.mark.parametrize("file", ["alerts.yml", "recording.yml"])
def test_what_is_played_are_metrics_that_there_are(file: str) -> None:
    wrong = [fault for test in played(file) for one in test["input_series"] for fault in faults(one["series"])]
    assert [fault for fault in wrong if "is never" not in fault] == []


def test_what_others_tell_is_named_with_who_tells_it() -> None:
    assert not FOREIGN.keys() & known().keys()
    text = (ROOT / "docs/runbooks/alerts.md").read_text("utf-8")
    assert [name for name in FOREIGN.values() if name not in text] == []


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool on the PATH; make alerts fetches Debian's")
def test_promtool_finds_each_alert_firing_and_silent() -> None:
    for words in (["check", "rules", *FOLDER.glob("rules/*.yml")], ["test", "rules", *FOLDER.glob("tests/*.yml")]):
        done = subprocess.run([str(PROMTOOL), *map(str, words)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
