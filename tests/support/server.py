# SPDX-License-Identifier: Apache-2.0
"""Servers for tests: one in memory, on ports that it chooses, and one that is killed and started again."""

import contextlib
import pathlib
import signal
import subprocess
import threading
import time

PATIENCE_SECONDS = 30


@contextlib.contextmanager
def running(program, directory, flags=()):
    """Starts the program, and gives its ports: {"grpc": "40123", "http": "40124"}. It ends with the block."""
    port_file = pathlib.Path(directory) / "ports"
    port_file.unlink(missing_ok=True)
    server = subprocess.Popen(
        [
            program,
            "--durability=memory",
            "--longest_earlier_lease=0s",
            "--grpc_port=0",
            "--http_port=0",
            f"--port_file={port_file}",
            *flags,
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not port_file.exists():
            if server.poll() is not None or time.monotonic() > end:
                raise SystemExit("the server does not start")
            time.sleep(0.02)
        yield dict(line.split("=") for line in port_file.read_text().split())
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()


class Mortal:
    """A server over one directory, on a port that stays the same. What it acknowledged survives a kill (async)."""

    def __init__(self, program, directory, flags=()):
        self._program, self._directory, self._flags = program, pathlib.Path(directory), flags
        self._process = None
        self._restart = None
        self.port = "0"

    def start(self, flags=()):
        port_file = self._directory / "ports"
        port_file.unlink(missing_ok=True)
        data = self._directory / "data"
        # Before the very first start there was no server whose caches a call would have to wait for.
        first = [] if data.exists() else ["--longest_earlier_lease=0s"]
        self._process = subprocess.Popen(
            [self._program, f"--data_dir={data}", "--durability=async", f"--grpc_port={self.port}", "--http_port=0",
             f"--port_file={port_file}", *self._flags, *first, *flags],
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while not port_file.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError("the server does not start")
            time.sleep(0.01)
        self.port = dict(line.split("=") for line in port_file.read_text().split())["grpc"]

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def kill_and_restart(self, delay):
        """Kills it after the delay, and starts the next one half a second later. Returns at once."""

        def run():
            time.sleep(delay)
            self.kill()
            time.sleep(0.5)
            self.start()

        self._restart = threading.Thread(target=run)
        self._restart.start()

    def pause(self):
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def close(self):
        if self._restart:
            self._restart.join()
        self.kill()
