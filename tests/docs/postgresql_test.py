"""Runs the commands of docs/postgresql.md, against a server and a PostgreSQL of its own, and compares the output.

  SERVER=PROGRAM CACHECTL=PROGRAM postgresql_test.py [--show]

Runs at the top of the tree. --show prints the output, to be copied into the page after a change. In place of PostgreSQL on
localhost there is a cluster behind a socket: `sudo` and `pg_ctlcluster` are replaced by programs that use it.
"""

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


def script(path, text):
    """Makes a program of the text."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def main():
    commands = console.commands(pathlib.Path(PAGE).read_text())
    with tempfile.TemporaryDirectory() as name, postgres.running() as cluster:
        directory = pathlib.Path(name)
        programs = {
            "cachectl": os.environ["CACHECTL"],
            "psql": postgres.PROGRAMS / "psql",
            "sudo": script(directory / "sudo", _SUDO),
            "pg_ctlcluster": script(directory / "pg_ctlcluster", _PG_CTLCLUSTER),
        }
        texts = [command.text.replace("PGHOST=localhost", f"PGHOST={cluster}") for command in commands]
        with server.running(os.environ["SERVER"], directory) as ports:
            environment = {
                **os.environ,
                "CACHE_INVALIDATION_ENDPOINT": f"localhost:{ports['grpc']}",
                "CLUSTER": str(cluster),
            }
            outputs = page.outputs_of(texts, directory, programs, environment)
    return page.compare(PAGE, commands, outputs)


if __name__ == "__main__":
    sys.exit(main())
