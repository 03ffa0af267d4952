# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of the guide's pages about connectors, with a real Redis, Varnish and PostgreSQL.

  SERVER=PROGRAM CACHECTL=PROGRAM CONNECT=PROGRAM recipes_test.py PAGE... [--show]

Runs at the top of the tree. As readme_test.py; in addition the addresses on the pages are replaced by those of programs that
only this test uses, and `sudo`, `psql` and `redis-cli` by scripts that reach them.
"""

import http.server
import os
import pathlib
import socket
import sys
import tempfile
import threading

import console
import page
import programs
import readme_test
import server

_SUDO = '#!/bin/bash\n[ "$1" != -u ] || shift 2\nexec "$@"\n'
_PSQL = '#!/bin/bash\nexec /usr/bin/psql --host={directory} --username=postgres "$@"\n'
_REDIS_CLI = '#!/bin/bash\nexec /usr/bin/redis-cli -s {socket} "$@"\n'
_VCL = """vcl 4.1;
acl cache_invalidation_purgers { "127.0.0.1"; }
include "%s/examples/varnish/cache_invalidation.vcl";
backend shop { .host = "127.0.0.1"; .port = "%d"; }
"""


class Shop:
    """The origin: pages of products, each of which says how often it was made."""

    def __init__(self):
        made = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                number = self.path.rpartition("/")[2]
                made[number] = made.get(number, 0) + 1
                self.send_response(200)
                self.send_header("Cache-Control", "s-maxage=3600")
                self.send_header("xkey", f"= products products:{number}")
                self.end_headers()
                self.wfile.write(f"product {number}, made {made[number]} times\n".encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.port = self._server.server_address[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def free_port():
    """A port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def script(path, text):
    """Makes a program of the text."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def start_what(kind, running, shop):
    """Starts what the page is about; gives (as the page has it, as it is here) of each address, and the scripts."""
    folder = running.directory / "scripts"
    folder.mkdir(exist_ok=True)
    if kind == "redis":
        address = programs.start_redis(running)
        return [("localhost:6379", f"unix:{address}")], {"redis-cli": script(folder / "redis-cli", _REDIS_CLI.format(socket=address))}
    if kind == "postgresql":
        directory = programs.start_postgres(running)
        psql = script(folder / "psql", _PSQL.format(directory=directory))
        return [("host=localhost", f"host={directory}")], {"psql": psql, "sudo": script(folder / "sudo", _SUDO)}
    port = programs.start_varnish(running, _VCL % (pathlib.Path.cwd(), shop.port))
    return [("localhost:6081", f"127.0.0.1:{port}")], {}


def run(text_page):
    """Returns the exit code of the page's test."""
    commands = console.commands(pathlib.Path(text_page).read_text())
    with tempfile.TemporaryDirectory() as name, programs.Programs() as running, Shop() as shop:
        addresses, scripts = start_what(pathlib.Path(text_page).stem, running, shop)
        connector = str(free_port())
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
