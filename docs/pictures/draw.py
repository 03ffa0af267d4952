# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures of the documentation: `./dev pictures`.

    draw.py FOLDER       an SVG beside each .dot file, by Graphviz; its colours follow the reader's light or dark theme
"""

import pathlib
import re
import subprocess
import sys

STYLE = """<style>
svg { background: transparent; font-family: sans-serif; }
text { fill: #1f2328; font-family: sans-serif; }
.node path, .node polygon, .node ellipse { fill: #f6f8fa; stroke: #59636e; }
.ours path, .ours polygon { fill: #ddf4ff; stroke: #0969da; }
.good path, .good polygon { fill: #dafbe1; stroke: #1a7f37; }
.bad path, .bad polygon { fill: #ffebe9; stroke: #cf222e; }
.data path, .data polygon { fill: #fff8c5; stroke: #9a6700; }
.cluster path, .cluster polygon { fill: none; stroke: #59636e; }
.edge path { fill: none; stroke: #59636e; } .edge polygon { fill: #59636e; stroke: #59636e; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .node path, .node polygon, .node ellipse { fill: #212830; stroke: #9198a1; }
  .ours path, .ours polygon { fill: #121d2f; stroke: #4493f8; }
  .good path, .good polygon { fill: #12261e; stroke: #3fb950; }
  .bad path, .bad polygon { fill: #25171c; stroke: #f85149; }
  .data path, .data polygon { fill: #272115; stroke: #d29922; }
  .edge path, .cluster path { stroke: #9198a1; } .edge polygon { fill: #9198a1; stroke: #9198a1; }
}
</style>
"""
# What Graphviz writes of its own: its version, and a white sheet.
_HEADER = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_SHEET = re.compile(r'<polygon fill="white" stroke="(?:none|transparent)"[^>]*/>\n')


def drawn(graph):
    made = subprocess.run(["dot", "-Tsvg", graph], check=True, capture_output=True, text=True).stdout
    made = _SHEET.sub("", _HEADER.sub("", made))
    return re.sub(r"(<svg[^>]*>\n)", lambda start: start.group() + STYLE, made, count=1)


def main():
    for graph in sorted(pathlib.Path(sys.argv[1]).glob("*.dot")):
        graph.with_suffix(".svg").write_text(drawn(graph))


if __name__ == "__main__":
    main()
