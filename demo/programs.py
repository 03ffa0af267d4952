# SPDX-License-Identifier: Apache-2.0
"""Starts the programs of demo/connect in a temporary directory, and leaves nothing of them."""

import glob
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = float(os.environ.get("PATIENCE_SECONDS", "30"))
STOP_SECONDS = 15
STOP_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
LOOK_AGAIN_SECONDS = 0.001


class Failure(Exception):
    """Something is not as the demo says."""


def page(port, path):
    """The status and the text of a page of a connector."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Programs:
    """The running programs, in the order of their start; they are stopped in the opposite one."""

    def __init__(self):
        # In /tmp: the path of a socket has at most 107 bytes, and PostgreSQL may run as another user.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="cache_invalidation_demo.", dir="/tmp"))
        self.directory.chmod(0o711)
        self._running = {}
        self._stop_signals = {}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        lines = self._last_lines() if kind is Failure else []
        late = [name for name in reversed(self._running) if not self._stop(name)]
        shutil.rmtree(self.directory)
        # Last: the reader may have gone.
        print(*lines, sep="\n", end="", file=sys.stderr)
        if late and kind is None:
            raise Failure(f"did not stop: {', '.join(late)}")

    def start(self, name, command, stop_signal=signal.SIGTERM):
        """Starts a program that runs until the end. Its output is NAME.log."""
        # It ends with the demo, even if that is killed.
        command = ["setpriv", "--pdeathsig=KILL", *(str(word) for word in command)]
        with open(self.log(name), "w") as log:
            # In a session of its own: Ctrl-C in a terminal concerns the demo, which then stops it.
            self._running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._stop_signals[name] = stop_signal

    def log(self, name):
        return self.directory / f"{name}.log"

    def wait_until(self, what, condition):
        """What the condition returns, once that is true. Fails when patience or a program ends."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (result := condition()):
            ended = [name for name, process in self._running.items() if process.poll() is not None]
            if ended:
                raise Failure(f"{ended[0]} ended while waiting until {what}")
            if time.monotonic() > end:
                raise Failure(f"it took more than {PATIENCE_SECONDS:g} s until {what}")
            time.sleep(LOOK_AGAIN_SECONDS)
        return result

    def _stop(self, name):
        """Whether it ended by the signal that it is to end by."""
        process = self._running[name]
        process.send_signal(self._stop_signals[name])
        try:
            process.wait(STOP_SECONDS)
            return True
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False

    def _last_lines(self):
        """Of each log."""
        lines = []
        for name in self._running:
            lines += [f"--- {name}", *self.log(name).read_text(errors="replace").splitlines()[-20:]]
        return [*lines, ""]


class Psql:
    """A psql that stays open. What it prints for a statement is returned."""

    def __init__(self, socket_directory, *flags):
        program = _postgres_program("psql")
        command = [program, "--no-psqlrc", "--username=postgres", f"--host={socket_directory}", *flags]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def run(self, sql):
        self._process.stdin.write(f"{sql};\n\\echo end of the result\n")
        self._process.stdin.flush()
        lines = []
        while (line := self._process.stdout.readline()) != "end of the result\n":
            if not line:
                raise Failure(f"psql ended: {lines}")
            lines.append(line.rstrip("\n"))
        return "\n".join(lines)

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _postgres_program(name):
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    folder = os.environ.get("POSTGRES_BIN") or (folders[-1] if folders else "")
    if not os.path.exists(f"{folder}/{name}"):
        raise Failure("there is no PostgreSQL; ./dev demo connect installs it")
    return f"{folder}/{name}"


def start_postgres(programs):
    """Starts a database with a log that can be followed; gives the directory of its socket."""
    directory = programs.directory / "postgres"
    directory.mkdir()
    as_owner = []
    if os.geteuid() == 0:
        # PostgreSQL refuses root; Debian's package makes this user.
        os.chown(directory, pwd.getpwnam("postgres").pw_uid, -1)
        as_owner = ["setpriv", "--pdeathsig=KILL", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
    initdb = [*as_owner, _postgres_program("initdb"), f"--pgdata={directory}/data", "--username=postgres", "--auth=trust"]
    initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    # Half a second, not to be interrupted: its own children would still write while the directory is removed.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    done = subprocess.run(initdb, cwd=directory, capture_output=True, text=True, check=False, start_new_session=True)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    if done.returncode != 0:
        raise Failure(f"initdb failed: {done.stderr}")
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": directory,
        "wal_level": "logical",
        "max_slot_wal_keep_size": "1GB",
    }
    flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
    command = [*as_owner, _postgres_program("postgres"), "-D", directory / "data", *flags]
    programs.start("postgres", command, stop_signal=signal.SIGINT)  # its fast shutdown
    is_ready = [_postgres_program("pg_isready"), "--quiet", f"--host={directory}", "--username=postgres"]
    programs.wait_until("PostgreSQL is ready", lambda: subprocess.run(is_ready, check=False).returncode == 0)
    return directory


def start_redis(programs):
    """Starts Redis; gives the path of its socket."""
    socket = programs.directory / "redis.socket"
    flags = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", programs.directory]
    programs.start("redis", ["redis-server", *flags])
    programs.wait_until("Redis is ready", socket.exists)
    return socket


def start_varnish(programs, vcl):
    """Starts Varnish; gives its port."""
    (programs.directory / "demo.vcl").write_text(vcl)
    work = programs.directory / "varnish"
    flags = ["-a", "127.0.0.1:0", "-f", programs.directory / "demo.vcl", "-n", work, "-s", "malloc,16m"]
    programs.start("varnish", ["/usr/sbin/varnishd", "-F", "-j", "none", *flags])

    def port():
        command = ["varnishadm", "-n", work, "debug.listen_address"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"127\.0\.0\.1 (\d+)", done.stdout) if done.returncode == 0 else None
        return found and int(found.group(1))

    return programs.wait_until("Varnish has compiled its VCL", port)


def start_server(programs, program):
    """Starts the service; gives its endpoint."""
    ports = programs.directory / "ports"
    flags = ["--durability=memory", "--longest_earlier_lease=0s", "--grpc_port=0", "--http_port=0", f"--port_file={ports}"]
    programs.start("server", [program, *flags])
    text = programs.wait_until("the server listens", lambda: ports.exists() and ports.read_text())
    return f"127.0.0.1:{dict(line.split('=') for line in text.split())['grpc']}"


def start_connector(programs, program, name, configuration):
    """Starts a connector, waits until it is ready, and gives the port of its pages."""
    file = programs.directory / f"{name}.yaml"
    file.write_text(configuration)
    programs.start(name, [program, "run", f"--file={file}"])
    log = programs.log(name)
    found = programs.wait_until(f"{name} starts", lambda: re.search(r"http_port=(\d+)", log.read_text()))
    port = int(found.group(1))
    programs.wait_until(f"{name} is ready", lambda: page(port, "/readyz")[0] == 200)
    return port
