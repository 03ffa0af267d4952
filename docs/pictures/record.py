# SPDX-License-Identifier: Apache-2.0
"""Records what a command prints as an animated SVG: a terminal that scrolls as the lines came.

    record.py OUTPUT COMMAND...
    record.py docs/pictures/demo.svg ./dev demo

Pauses longer than a second are shortened to one, and long lines are cut.
"""

import html
import pathlib
import subprocess
import sys
import time

ROWS, COLUMNS = 28, 118
LINE, WIDTH = 17, 7.25  # pixels of a row and of a character
LONGEST_PAUSE, SHORTEST_PAUSE, AT_THE_END = 1.0, 0.04, 6.0
COLORS = (("== ", "title"), ("PASS", "good"), ("FAIL", "bad"))

STYLE = """<style>
rect { fill: #0d1117; }
text { fill: #e6edf3; font: 12px monospace; white-space: pre; }
.title { fill: #58a6ff; font-weight: bold; } .good { fill: #3fb950; } .bad { fill: #f85149; }
#lines { animation: scroll %(seconds).1fs step-end infinite; }
@keyframes scroll {
%(steps)s
}
@media (prefers-reduced-motion: reduce) { #lines { animation: none; transform: translateY(%(end)dpx); } }
</style>"""


def recorded(command):
    """The lines that the command prints, each with the seconds until it came."""
    lines, last = [], time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        now = time.monotonic()
        lines.append((min(max(now - last, SHORTEST_PAUSE), LONGEST_PAUSE), line.rstrip("\n").expandtabs()))
        last = now
    if process.wait() != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return lines


def kind(line):
    return next((f' class="{name}"' for mark, name in COLORS if mark in line), "")


def picture(lines):
    """The newest line is the lowest: the picture moves the whole text up by a row for each."""
    total = sum(pause for pause, _ in lines) + AT_THE_END
    at, steps = 0.0, [f"0% {{ transform: translateY({ROWS * LINE}px); }}"]
    for number, (pause, _) in enumerate(lines, 1):
        at += pause
        steps.append(f"{100 * at / total:.3f}% {{ transform: translateY({(ROWS - number) * LINE}px); }}")
    texts = [
        f'<text x="10" y="{(number + 1) * LINE}"{kind(line)}>{html.escape(line[:COLUMNS])}</text>'
        for number, (_, line) in enumerate(lines)
    ]
    style = STYLE % {"seconds": total, "steps": "\n".join(steps), "end": (ROWS - len(lines)) * LINE}
    width, height = int(COLUMNS * WIDTH) + 20, ROWS * LINE + 16
    # xml:space says the same as white-space: some programs know only one of the two.
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" xml:space="preserve"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            style,
            f'<rect width="{width}" height="{height}" rx="8"/>',
            f'<svg y="6" height="{ROWS * LINE + 4}"><g id="lines">',
            *texts,
            "</g></svg>",
            "</svg>\n",
        ]
    )


def main():
    output, *command = sys.argv[1:]
    lines = [(0.5, f"$ {' '.join(command)}"), *recorded(command)]
    pathlib.Path(output).write_text(picture(lines))


if __name__ == "__main__":
    main()
