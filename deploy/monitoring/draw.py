#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws dashboard.json as a picture (SVG), from what a Prometheus has scraped.

  draw.py PROMETHEUS SECONDS >dashboard.svg     draw.py http://localhost:9090 1200 >docs/dashboard.svg

Grafana draws the same queries; this is for the documentation, and for a look where there is no Grafana.
"""

import html
import json
import math
import pathlib
import sys
import time
import urllib.parse
import urllib.request

DASHBOARD = pathlib.Path(__file__).parent / "dashboard.json"
POINTS = 120
# Pixels of a unit of the dashboard's grid, and around and inside a panel.
COLUMN, LINE, GAP = 54, 24, 4
LEFT, TOP, BOTTOM = 58, 26, 40
SHORTEST_LEGEND = 12
COLOURS = ["#3274d9", "#56a64b", "#e0752d", "#b877d9", "#e02f44", "#0f9bb4", "#c4a000", "#6b6f76"]


def series_of(prometheus, target, seconds, now):
    """The legend and the points (time, value) of each series of a query."""
    query = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")
    parameters = {"query": query, "start": now - seconds, "end": now, "step": max(1, seconds // POINTS)}
    with urllib.request.urlopen(f"{prometheus}/api/v1/query_range?{urllib.parse.urlencode(parameters)}") as response:
        found = json.load(response)["data"]["result"]
    for series in found:
        legend = target["legendFormat"]
        for name, value in series["metric"].items():
            legend = legend.replace("{{%s}}" % name, value)
        points = [(at, float(value)) for at, value in series["values"]]
        yield legend, [(at, value) for at, value in points if math.isfinite(value)]


def shown(value, unit):
    """The value as a reader expects it: 2.5 ms, 64 MiB, 1.2 k."""
    if value == 0:
        return "0"
    if unit == "bytes":
        power = min(int(math.log(value, 1024)), 4) if value >= 1 else 0
        return f"{value / 1024**power:.3g} {['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}"
    if unit == "s" and value < 1:
        return f"{value * 1000:.3g} ms" if value >= 0.001 else f"{value * 1e6:.3g} µs"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if value >= 1000:
        return f"{value / 1000:.3g} k" + (" s" if unit == "s" else "")
    return f"{value:.3g}" + (" s" if unit == "s" else "")


def text(x, y, content, size=11, anchor="start", colour="#333", weight="normal"):
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{html.escape(content)}</text>'
    )


def graph(box, series, unit, start, seconds):
    """The axes and lines of a panel, and below them as much of the legend as there is room for."""
    x, y, width, height = box
    left, top, right, bottom = x + LEFT, y + TOP, x + width - 10, y + height - BOTTOM
    most = max((value for _, points in series for _, value in points), default=0) or 1
    drawn = []
    for part in 0, 0.5, 1:
        level = bottom - part * (bottom - top)
        drawn.append(f'<path d="M{left} {level:.0f}H{right}" stroke="#ddd"/>')
        drawn.append(text(left - 5, level + 4, shown(part * most, unit), 10, "end", "#777"))
    for part in 0, 0.5, 1:
        label = f"-{seconds * (1 - part) / 60:.0f} min" if part < 1 else "now"
        anchor = {0: "start", 0.5: "middle", 1: "end"}[part]
        drawn.append(text(left + part * (right - left), bottom + 13, label, 10, anchor, "#777"))
    at = left
    for (legend, points), colour in zip(series, COLOURS):
        places = [
            f"{left + (t - start) / seconds * (right - left):.1f} {bottom - value / most * (bottom - top):.1f}"
            for t, value in points
        ]
        if places:
            drawn.append(f'<path d="M{"L".join(places)}" stroke="{colour}" stroke-width="1.5" fill="none"/>')
        # What is too long is cut, unless too little of it would be left.
        room = int((right - at - 24) / 6)
        if room >= min(len(legend), SHORTEST_LEGEND):
            name = legend if len(legend) <= room else legend[: room - 1] + "…"
            drawn.append(f'<path d="M{at} {bottom + 27}h10" stroke="{colour}" stroke-width="3"/>')
            drawn.append(text(at + 13, bottom + 31, name, 10))
            at += 24 + 6 * len(name)
    return drawn


def drawing(prometheus, seconds):
    """The lines of the picture."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    now = time.time()
    lines, lowest = [], 0
    for panel in panels:
        grid = panel["gridPos"]
        box = (grid["x"] * COLUMN + GAP, grid["y"] * LINE + GAP, grid["w"] * COLUMN - 2 * GAP, grid["h"] * LINE - 2 * GAP)
        x, y, width, height = box
        lowest = max(lowest, y + height + GAP)
        if panel["type"] == "row":
            lines.append(text(x + 4, y + 14, panel["title"], 13, weight="bold"))
            continue
        lines.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="3" fill="#fff" stroke="#ccc"/>')
        lines.append(text(x + 8, y + 17, panel["title"], 12, weight="bold"))
        series = [found for target in panel["targets"] for found in series_of(prometheus, target, seconds, now) if found[1]]
        lines += graph(box, series, panel["fieldConfig"]["defaults"]["unit"], now - seconds, seconds)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * COLUMN} {lowest}" font-family="sans-serif">'
    return [head, f'<rect width="100%" height="100%" fill="#f4f5f5"/>', *lines, "</svg>"]


if __name__ == "__main__":
    print("\n".join(drawing(sys.argv[1].rstrip("/"), int(sys.argv[2]))))
