"""A server for a test: in memory, on ports that it chooses."""

import contextlib
import pathlib
import subprocess
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
