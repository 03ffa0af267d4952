"""Runs what README.md shows, against a server of its own, and compares what comes back.

  SERVER=PROGRAM CACHECTL=PROGRAM BUF=PROGRAM readme_test.py [--show]

Works in the top of the tree. --show prints what comes back, to be copied into README.md after a change. The ports of the
README are replaced by free ones; `./dev demo` by the script that it calls.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import console
import server

DOCUMENTED_PORTS = {"grpc": "7400", "http": "7401"}
SESSION_SECONDS = 120

# Stands on a line of its own after the output of each command.
_END = "-- end of command --"


def replace_ports(text, old, new):
    """The text with the ports of one server in place of another's."""
    for name in DOCUMENTED_PORTS:
        text = text.replace(f"localhost:{old[name]}", f"localhost:{new[name]}")
    return text


def outputs_of(commands, ports, directory):
    """What each command writes, in one shell, as somebody would type them."""
    programs = directory / "programs"
    programs.mkdir()
    (programs / "cachectl").symlink_to(os.environ["CACHECTL"])
    (programs / "buf").symlink_to(os.environ["BUF"])
    script = ""
    for command in commands:
        text = replace_ports(command.text, DOCUMENTED_PORTS, ports).replace("./dev demo", "demo/run")
        script += f"{text}\necho '{_END}'\n"
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CACHE_INVALIDATION_ENDPOINT": f"localhost:{ports['grpc']}",
        "HOME": str(directory),
    }
    session = subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SESSION_SECONDS,
        text=True,
        env=environment,
    )
    outputs = replace_ports(session.stdout, ports, DOCUMENTED_PORTS).split(_END + "\n")
    return [output.splitlines() for output in outputs[: len(commands)]]


def main():
    commands = console.commands(pathlib.Path("README.md").read_text())
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        with server.running(os.environ["SERVER"], directory) as ports:
            outputs = outputs_of(commands, ports, directory)
    differing = 0
    for command, output in zip(commands, outputs):
        differs = not console.agrees(command.expected, output)
        differing += differs
        if differs or "--show" in sys.argv:
            print(f"README.md:{command.line}: $ {command.text}")
            print("\n".join(output))
        if differs:
            print("README.md shows instead:", *command.expected, sep="\n")
    print(f"{len(commands)} commands, {differing} of them answered by something else than README.md shows")
    # A README without commands is not the README that was meant.
    return 1 if differing or not commands or len(outputs) != len(commands) else 0


if __name__ == "__main__":
    sys.exit(main())
