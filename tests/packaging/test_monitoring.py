"""Alert rules and dashboard: their own unit tests, their runbooks, and the metrics that they name."""

import json
import re
import subprocess

import pytest

from taleus import ROOT, Home, Listener, until
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
    names = set(re.findall(r"\btaleus_[a-z_]+(?!\w*\.yml)", rules()[0] + dashboard_text()))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


@pytest.mark.parametrize("check", [["check", "rules", "taleus.rules.yml"], ["test", "rules", "taleus_rules_test.yml"], ["check", "config", "prometheus.yml"]],
                         ids=" ".join)
def test_promtool_is_content(check):
    ended = subprocess.run([tool("promtool", "prometheus"), *check], cwd=MONITORING, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_what_rules_and_dashboard_name_is_there(tmp_path):
    """In the metrics of a listener that has bootstrapped and refused: a name that nobody exposes is an alert that never comes."""
    alice, bob = Home(tmp_path / "alice"), Home(tmp_path / "bob")
    with Listener(alice) as running:
        bob.join(alice.invite("stock")["uri"])
        alice.settle()
        there = {re.sub(r"_(bucket|sum|count)$", "", series.split("{")[0]) for series in running.admin.metrics()}
    assert len(metrics_named()) > 20 and metrics_named() <= there, metrics_named() - there


def test_every_metric_is_documented_and_every_documented_one_is_there(tmp_path):
    """Names and labels, of docs/operations.md and of a listener that has bootstrapped; what only other callers bring is not asked for."""
    table = (ROOT / "docs/operations.md").read_text().split("## Metrics")[1].split("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    documented = {name: set(filter(None, labels.split(","))) for row in rows for name, labels in re.findall(r"`([a-z_]+)(?:\{([a-z,]+)\})?`", row)}
    alice, bob = Home(tmp_path / "alice"), Home(tmp_path / "bob")
    with Listener(alice) as running:
        bob.join(alice.invite("stock")["uri"])
        alice.settle()
        until("the trail's head was looked at", lambda: "taleus_audit_records" in running.admin.metrics(), 20)
        there = {}
        for series in running.admin.metrics():
            name, _, labels = series.partition("{")
            labels = set(re.findall(r"(\w+)=", labels))
            name = re.sub(r"_(bucket|sum|count)$", "", name) if "le" in labels or name.endswith(("_sum", "_count")) else name
            there.setdefault(name.removeprefix("taleus_"), set()).update(labels - {"le"})
    never_yet = {"streams_unserved_total"}
    assert set(there) == set(documented) - never_yet
    assert there == {name: labels for name, labels in documented.items() if name not in never_yet}


def test_the_guide_names_settings_that_there_are(tmp_path):
    """In all of its text, `limits.sessions` and its like, commands included."""
    alice = Home(tmp_path / "alice")
    keys = {line["key"] for line in alice.run("config", "get", "--json").lines}
    sections = {key.split(".")[0] for key in keys if "." in key}
    for page in ("operating", "operations", "protection"):
        text = (ROOT / f"docs/{page}.md").read_text()
        named = {word for word in re.findall(r"`([a-z][a-z0-9]*\.[a-z_]+)[`= ]", text) if word.split(".")[0] in sections}
        named -= {"admin.token", "admin.address"}  # files of the home
        assert named and named <= keys, (page, named - keys)


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
