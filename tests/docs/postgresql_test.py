# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/postgresql.md, against a server and a PostgreSQL of its own, and compares the output.

  SERVER=PROGRAM CACHECTL=PROGRAM CONNECT=PROGRAM postgresql_test.py [--show]

Runs at the top of the tree. --show prints the output, to be copied into the page after a change. In place of PostgreSQL on
localhost there is a cluster behind a socket: `sudo` and `pg_ctlcluster` are replaced by programs that use it.
"""

import getpass
import os
import pathlib
import sys
import tempfile

import console
import page
import postgres
import server

PAGE = "docs/postgresql.md"

_SUDO = """#!/bin/bash
[ "$1" != -u ] || shift 2
exec env PGHOST="$CLUSTER" PGUSER=postgres PGDATABASE=postgres "$@"
"""
_PG_CTLCLUSTER = """#!/bin/bash
exec python3 -c "import os, postgres; postgres.control(os.environ['CLUSTER'], '$3')"
"""


def main():
    text = pathlib.Path(PAGE).read_text()
    commands = console.commands(text)
    with tempfile.TemporaryDirectory() as name, postgres.running() as cluster:
        directory = pathlib.Path(name)
        programs = {
            "cachectl": os.environ["CACHECTL"],
            "cache_invalidation_connect": os.environ["CONNECT"],
            "psql": postgres.PROGRAMS / "psql",
            "sudo": page.script(directory / "sudo", _SUDO),
            "pg_ctlcluster": page.script(directory / "pg_ctlcluster", _PG_CTLCLUSTER),
        }
        with server.running(os.environ["SERVER"], directory) as ports:
            connector = page.free_port()
            here = {
                "PGHOST=localhost": f"PGHOST={cluster}",
                "host=localhost": f"host={cluster}",
                "localhost:7400": f"localhost:{ports['grpc']}",
                "localhost:7402": f"localhost:{connector}",
                "127.0.0.1:7402": f"127.0.0.1:{connector}",
                "/var/lib": f"{directory}/lib",
            }

            def replaced(said):
                for old, new in here.items():
                    said = said.replace(old, new)
                return said

            environment = {
                **os.environ,
                "CACHE_INVALIDATION_ENDPOINT": f"localhost:{ports['grpc']}",
                "CLUSTER": str(cluster),
                "USER": getpass.getuser(),
            }
            texts = [replaced(command.text) for command in commands]
            desk = page.desk(text, directory, replaced)
            outputs = page.outputs_of(texts, directory, programs, environment, desk)
    return page.compare(PAGE, commands, outputs)


if __name__ == "__main__":
    sys.exit(main())
