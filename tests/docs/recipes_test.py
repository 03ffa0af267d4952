# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of the guide's pages about connectors, with a real Redis, Varnish and PostgreSQL.

  SERVER=PROGRAM CACHECTL=PROGRAM CONNECT=PROGRAM recipes_test.py PAGE... [--show]

Runs at the top of the tree. As readme_test.py; in addition the addresses on the pages are replaced by those of programs that
only this test uses, and `sudo`, `psql` and `redis-cli` by scripts that reach them.
"""

import os
import pathlib
import sys
import tempfile

import console
import page
import programs
import readme_test
import server

_SUDO = '#!/bin/bash\n[ "$1" != -u ] || shift 2\nexec "$@"\n'
_PSQL = '#!/bin/bash\nexec /usr/bin/psql --host={directory} --username=postgres "$@"\n'
_REDIS_CLI = '#!/bin/bash\nexec /usr/bin/redis-cli -s {socket} "$@"\n'
_VARNISHADM = '#!/bin/bash\nexec /usr/bin/varnishadm -n {directory}/varnish "$@"\n'
_NO_BACKEND = "vcl 4.1;\nbackend none none;\n"


def start_what(kind, running):
    """Starts what the page is about; gives (as the page has it, as it is here) of each address, and the scripts."""
    folder = running.directory / "scripts"
    folder.mkdir(exist_ok=True)
    sudo = page.script(folder / "sudo", _SUDO)
    if kind == "redis":
        address = programs.start_redis(running)
        redis_cli = page.script(folder / "redis-cli", _REDIS_CLI.format(socket=address))
        return [("localhost:6379", f"unix:{address}")], {"redis-cli": redis_cli}
    if kind == "postgresql":
        directory = programs.start_postgres(running)
        psql = page.script(folder / "psql", _PSQL.format(directory=directory))
        return [("host=localhost", f"host={directory}")], {"psql": psql, "sudo": sudo}
    port = programs.start_varnish(running, _NO_BACKEND)
    varnishadm = page.script(folder / "varnishadm", _VARNISHADM.format(directory=running.directory))
    settings = running.directory / "etc"
    settings.mkdir()
    addresses = [("localhost:6081", f"127.0.0.1:{port}"), ("8080", str(page.free_port())), ("/etc/varnish", str(settings))]
    return addresses, {"varnishadm": varnishadm, "sudo": sudo}


def run(text_page):
    """Returns the exit code of the page's test."""
    commands = console.commands(pathlib.Path(text_page).read_text())
    with tempfile.TemporaryDirectory() as name, programs.Programs() as running:
        addresses, scripts = start_what(pathlib.Path(text_page).stem, running)
        connector = str(page.free_port())
        addresses += [("localhost:7402", f"localhost:{connector}"), ("127.0.0.1:7402", f"127.0.0.1:{connector}")]
        addresses.append(("state_file: /tmp", f"state_file: {name}"))
        for command in commands:
            for documented, here in addresses:
                command.text = command.text.replace(documented, here)
        tools = {"cache_invalidation_connect": os.environ["CONNECT"], **scripts}
        directory = pathlib.Path(name)
        with server.running(os.environ["SERVER"], directory) as ports:
            outputs = readme_test.outputs_of(commands, ports, directory, tools)
        outputs = [_as_documented(output, addresses) for output in outputs]
    return page.compare(text_page, commands, outputs)


def _as_documented(output, addresses):
    """The output with the addresses that the page has."""
    for documented, here in addresses:
        output = output.replace(here, documented)
    return output


def main():
    return max([run(argument) for argument in sys.argv[1:] if argument != "--show"])


if __name__ == "__main__":
    sys.exit(main())
