# SPDX-License-Identifier: Apache-2.0
"""The queries of the dashboard and of the alerts, and the series that a query selects."""

import json
import pathlib
import re

import yaml

MONITORING = pathlib.Path("deploy/monitoring")
# Of the connectors.
CONNECT_MONITORING = pathlib.Path("deploy/connect/monitoring")

_SELECTOR = re.compile(r"(?<![\w:.$\"])([a-z_][a-z0-9_]*)({[^}]*})?(?!\w|\s*\()")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_WORDS = {"and", "or", "unless", "offset", "bool", "by", "without", "on", "ignoring", "group_left", "group_right"}
_DURATION = re.compile(r"\[[^\]]*\]|\boffset\s+\w+")


def alerts_of(folder):
    """The rules of its alerts.yaml."""
    groups = yaml.safe_load((folder / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts():
    """Those of the server, then those of the connectors."""
    return alerts_of(MONITORING) + alerts_of(CONNECT_MONITORING)


def dashboard():
    """The dashboard."""
    return json.loads((MONITORING / "dashboard.json").read_text())


def panel_queries():
    """The queries of all panels, as Prometheus gets them with every instance selected."""
    texts = [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]
    return [text.replace("$instance", ".*").replace("$__rate_interval", "1m") for text in texts]


def selectors(query):
    """(metric, [(label, operator, value)]) of each vector that the query selects."""
    # A selector cannot contain these, so what remains of a query is functions, numbers, words and selectors.
    query = _DURATION.sub(" ", _GROUPING.sub(" ", query))
    found = []
    for name, labels in _SELECTOR.findall(query):
        if name not in _WORDS:
            found.append((name, _MATCHER.findall(labels)))
    return found


def samples(text):
    """(name, labels) of each sample of an exposition."""
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels = re.fullmatch(r"(\w+)(\{.*\})? \S+", line).groups()
            found.append((name, dict(re.findall(r'(\w+)="([^"]*)"', labels or ""))))
    return found


def is_selected(labels, matchers):
    """Whether a sample has the labels that equality and patterns ask for."""
    for label, operator, value in matchers:
        matches = re.fullmatch(value, labels.get(label, "")) if "~" in operator else labels.get(label, "") == value
        if bool(matches) == operator.startswith("!"):
            return False
    return True
