# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL cluster for a test, as created by the package: no setting is changed except where it listens."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

PROGRAMS = pathlib.Path(os.environ.get("POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))


def as_owner(command):
    """The command, run by somebody whom PostgreSQL accepts: for root by Debian's user postgres."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command]


def control(directory, *arguments):
    """Runs pg_ctl on the cluster in the directory."""
    command = [PROGRAMS / "pg_ctl", f"--pgdata={directory}/cluster", f"--log={directory}/log", "--wait", "--silent"]
    subprocess.run(as_owner([*command, *arguments]), cwd=directory, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def running():
    """Gives the directory of the cluster, which is where its socket is, too. The superuser is postgres."""
    # Not in the test's own directory: a socket's path has at most 107 bytes, and another user has to reach it.
    directory = pathlib.Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        if os.geteuid() == 0:
            os.chown(directory, pwd.getpwnam("postgres").pw_uid, -1)
        initdb = [PROGRAMS / "initdb", f"--pgdata={directory}/cluster", "--username=postgres", "--auth=trust"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(as_owner(initdb), cwd=directory, check=True, stdout=subprocess.DEVNULL)
        with open(directory / "cluster" / "postgresql.conf", "a") as settings:
            settings.write(f"listen_addresses = ''\nunix_socket_directories = '{directory}'\nfsync = off\n")
        control(directory, "start")
        try:
            yield directory
        finally:
            control(directory, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
