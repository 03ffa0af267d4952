#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what other programs need in formats of their own: dashboard.json for Grafana, prometheus_rule.yaml for the operator.

  generate.py [DIRECTORY]

Reads panels.yaml and alerts.yaml beside it, and the alerts of ../connect/monitoring. Writes beside what it reads, or below
DIRECTORY in place of deploy/.
"""

import json
import pathlib
import sys

import yaml

DEPLOY = pathlib.Path(__file__).parent.parent
# The folder of alerts, and the name of their object.
ALERTS = {"monitoring": "cache-invalidation", "connect/monitoring": "cache-invalidation-connect"}
SELECTED = 'job="cache-invalidation", instance=~"$instance"'
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Grafana divides a screen into 24 columns.
COLUMNS, WIDTH, HEIGHT = 24, 6, 8

VARIABLES = [
    {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
    {
        "name": "instance",
        "type": "query",
        "datasource": DATASOURCE,
        "query": 'label_values(cache_invalidation_build_info{job="cache-invalidation"}, instance)',
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    },
]


def panel_of(panel, position):
    """A graph."""
    queries = panel["queries"].items()
    return {
        "type": "timeseries",
        "title": panel["title"],
        "description": panel["description"],
        "datasource": DATASOURCE,
        "gridPos": position,
        "fieldConfig": {"defaults": {"unit": panel["unit"], "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + i), "legendFormat": legend, "expr": query.replace("%s", SELECTED)}
            for i, (legend, query) in enumerate(queries)
        ],
    }


def panels_of(rows):
    """Every row's title, and below it its panels, four in a line."""
    panels, y = [], 0
    for row in rows:
        panels.append({"type": "row", "title": row["row"], "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}})
        y += 1
        for i, panel in enumerate(row["panels"]):
            x, line = i * WIDTH % COLUMNS, i * WIDTH // COLUMNS
            panels.append(panel_of(panel, {"x": x, "y": y + line * HEIGHT, "w": WIDTH, "h": HEIGHT}))
        y += HEIGHT * -(-len(row["panels"]) * WIDTH // COLUMNS)
    return [{"id": number, **panel} for number, panel in enumerate(panels, 1)]


def dashboard_text(rows):
    """The dashboard, with a line for each panel so that a change is readable."""
    head = {
        "uid": "cache-invalidation",
        "title": "Cache invalidation",
        "description": "The server of the Tagged Cache Invalidation System, and its connectors",
        "tags": ["cache-invalidation"],
        "schemaVersion": 38,
        "editable": True,
        "graphTooltip": 1,
        "time": {"from": "now-3h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": VARIABLES},
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    panels = ",\n".join(json.dumps(panel) for panel in panels_of(rows))
    return "{\n" + "\n".join(lines) + '\n"panels": [\n' + panels + "\n]\n}\n"


def rule_text(name, alerts):
    """The alerts as an object of the Prometheus operator."""
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": name}},
        "spec": alerts,
    }
    head = "# SPDX-License-Identifier: Apache-2.0\n# Written by generate.py from alerts.yaml.\n"
    return head + yaml.safe_dump(rule, sort_keys=False, width=116)


def main():
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEPLOY
    for folder, name in ALERTS.items():
        alerts = yaml.safe_load((DEPLOY / folder / "alerts.yaml").read_text())
        (directory / folder).mkdir(parents=True, exist_ok=True)
        (directory / folder / "prometheus_rule.yaml").write_text(rule_text(name, alerts))
    panels = yaml.safe_load((DEPLOY / "monitoring" / "panels.yaml").read_text())
    (directory / "monitoring" / "dashboard.json").write_text(dashboard_text(panels))


if __name__ == "__main__":
    main()
