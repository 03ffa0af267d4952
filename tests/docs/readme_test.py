# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of pages, those of each page against a server of its own, and compares the output.

  SERVER=PROGRAM CACHECTL=PROGRAM [BUF=PROGRAM] readme_test.py PAGE... [--show]

Runs at the top of the tree. --show prints the output, to be copied into the page after a change. The ports of the page are
replaced by free ones; `./dev demo` by the script that it calls.
"""

import concurrent.futures
import os
import pathlib
import sys
import tempfile

import console
import page
import server

PAGES_AT_A_TIME = 4
DOCUMENTED_PORTS = {"grpc": "7400", "http": "7401"}


def replace_ports(text, old, new):
    """The text with the ports of one server in place of another's."""
    for name in DOCUMENTED_PORTS:
        text = text.replace(f"localhost:{old[name]}", f"localhost:{new[name]}")
    return text


def outputs_of(commands, ports, directory, tools=()):
    """What each command writes. `tools`: more programs, by the names under which they are in PATH."""
    texts = [
        replace_ports(command.text, DOCUMENTED_PORTS, ports).replace("./dev demo", "demo/run") for command in commands
    ]
    programs = {name: os.environ[name.upper()] for name in ("cachectl", "buf") if name.upper() in os.environ}
    programs.update(tools)
    environment = {**os.environ, "CACHE_INVALIDATION_ENDPOINT": f"localhost:{ports['grpc']}"}
    outputs = page.outputs_of(texts, directory, programs, environment)
    return [replace_ports(output, ports, DOCUMENTED_PORTS) for output in outputs]


def run(text_page):
    """The commands of the page, and what each writes."""
    commands = console.commands(pathlib.Path(text_page).read_text())
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        with server.running(os.environ["SERVER"], directory) as ports:
            return text_page, commands, outputs_of(commands, ports, directory)


def main():
    pages = [argument for argument in sys.argv[1:] if argument != "--show"]
    # Most of a page's time goes into the starts and ends of programs.
    with concurrent.futures.ThreadPoolExecutor(PAGES_AT_A_TIME) as threads:
        return max([page.compare(*result) for result in threads.map(run, pages)])


if __name__ == "__main__":
    sys.exit(main())
