# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a page about a cache, against a service and that cache, and compares the output.

  SERVER=PROGRAM CACHECTL=PROGRAM CONNECT=PROGRAM caches_test.py PAGE [--show]

Runs at the top of the tree. --show prints the output, to be copied into the page after a change. In place of Redis and
Varnish as Debian starts them there are others in a temporary directory: `redis-cli`, `varnishadm`, ports and paths are
replaced. The files that the page shows are there when its commands run.
"""

import getpass
import os
import pathlib
import shutil
import sys

import console
import page
import programs
import server

VARNISH = "localhost:6081"
NO_BACKEND = "vcl 4.1;\nbackend none none;\n"

_SUDO = """#!/bin/bash
exec "$@"
"""


def replacements(running, grpc_port, varnish_port):
    """What stands here for what the pages say."""
    directory = running.directory
    return {
        '"localhost:6379"': f'"unix:{directory}/redis.socket"',
        VARNISH: f"localhost:{varnish_port}",
        "localhost:7400": f"localhost:{grpc_port}",
        "127.0.0.1:7402": f"127.0.0.1:{(http := page.free_port())}",
        "localhost:7402": f"127.0.0.1:{http}",
        "8080": str(page.free_port()),
        "/etc/varnish": f"{directory}/etc",
        "/var/lib": f"{directory}/lib",
    }


def outputs_of(text, running, ports):
    """What each command of the page writes."""
    directory = running.directory
    redis = programs.start_redis(running)
    varnish_port = programs.start_varnish(running, NO_BACKEND)
    here = replacements(running, ports["grpc"], varnish_port)

    def replaced(said):
        for old, new in here.items():
            said = said.replace(old, new)
        return said

    for folder in ("etc", "lib"):
        (directory / folder).mkdir()
    commands = {
        "cachectl": os.environ["CACHECTL"],
        "cache_invalidation_connect": os.environ["CONNECT"],
        "redis-cli": page.script(directory / "redis-cli", f'#!/bin/bash\nexec {shutil.which("redis-cli")} -s {redis} "$@"\n'),
        "sudo": page.script(directory / "sudo", _SUDO),
        "varnishadm": page.script(
            directory / "varnishadm", f'#!/bin/bash\nexec {shutil.which("varnishadm")} -n {directory}/varnish "$@"\n'
        ),
    }
    environment = {**os.environ, "CACHE_INVALIDATION_ENDPOINT": f"localhost:{ports['grpc']}", "USER": getpass.getuser()}
    texts = [replaced(command.text) for command in console.commands(text)]
    outputs = page.outputs_of(texts, directory, commands, environment, page.desk(text, directory, replaced))
    return [output.replace(here[VARNISH], VARNISH) for output in outputs]


def main():
    name = sys.argv[1]
    text = pathlib.Path(name).read_text()
    with programs.Programs() as running, server.running(os.environ["SERVER"], running.directory) as ports:
        outputs = outputs_of(text, running, ports)
    return page.compare(name, console.commands(text), outputs)


if __name__ == "__main__":
    sys.exit(main())
