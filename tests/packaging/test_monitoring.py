"""Alert rules and dashboard: their own unit tests, their runbooks, and the metrics that they name."""

import json
import re
import subprocess

import pytest

from taleus import ROOT
from tools import tool

MONITORING = ROOT / "packaging/monitoring"


def rules():
    text = (MONITORING / "taleus.rules.yml").read_text()
    names = re.findall(r"- alert: (\w+)", text)
    runbooks = re.findall(r"runbook: (\S+)#(\S+)", text)
    assert len(names) == len(runbooks)
    return text, list(zip(names, runbooks))


def dashboard_text():
    return json.dumps(json.loads((MONITORING / "taleus-dashboard.json").read_text()))


def metrics_named():
    names = set(re.findall(r"\btaleus_[a-z_]+", rules()[0] + dashboard_text()))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


@pytest.mark.parametrize("check", [["check", "rules", "taleus.rules.yml"], ["test", "rules", "taleus_rules_test.yml"], ["check", "config", "prometheus.yml"]],
                         ids=" ".join)
def test_promtool_is_content(check):
    ended = subprocess.run([tool("promtool", "prometheus"), *check], cwd=MONITORING, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_each_alert_has_a_unit_test_and_its_page_in_the_guide():
    guide = (ROOT / "docs/operating.md").read_text()
    headings = {re.sub(r"[^a-z0-9 -]", "", line[4:].lower()).replace(" ", "-") for line in guide.splitlines() if line.startswith("### ")}
    tested = set(re.findall(r"alertname=\"(\w+)\"", (MONITORING / "taleus_rules_test.yml").read_text()))
    for name, (page, section) in rules()[1]:
        assert page == "/usr/share/doc/taleus/operating.md" and section in headings, f"{name} has no page"
        assert name in tested, f"{name} has no unit test"


def test_the_dashboard_is_whole():
    dashboard = json.loads((MONITORING / "taleus-dashboard.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) >= 12
    assert all(panel["targets"] and all("taleus_" in target["expr"] for target in panel["targets"]) for panel in panels)
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == {"datasource", "instance"}
