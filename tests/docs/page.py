# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a page in one shell, and compares the output."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import console

SESSION_SECONDS = 120

# Stands on a line of its own after the output of each command.
_END = "-- end of command --"


def script(path, text):
    """Makes a program of the text."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def desk(text, directory, replaced):
    """A directory to type in: with the examples, and with the files that the page shows, in each the text replaced.

    A file is a block whose first line is a comment with its name, such as `# redis.yaml`.
    """
    path = directory / "desk"
    path.mkdir()
    (path / "examples").symlink_to(pathlib.Path("examples").absolute())
    blocks = re.findall(r"^```\w*\n# (\w+\.(?:yaml|vcl|py))\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for name, content in blocks:
        (path / name).write_text(replaced(content))
    return path


def outputs_of(texts, directory, programs, environment, current=None):
    """What each command writes, as somebody would type them.

    `programs`: by the names under which they are in PATH. `current`: the directory, unless it is this one. What runs in the
    background ends with the last command.
    """
    folder = directory / "programs"
    folder.mkdir()
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    script = "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"
    script += "".join(f"{text}\necho '{_END}'\n" for text in texts)
    session = subprocess.Popen(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=current,
        env={**environment, "PATH": f"{folder}:{environment['PATH']}", "HOME": str(directory)},
        start_new_session=True,
    )
    try:
        output, _ = session.communicate(timeout=SESSION_SECONDS)
    except subprocess.TimeoutExpired:
        # What there is of the output tells which command it was.
        os.killpg(session.pid, signal.SIGKILL)
        output, _ = session.communicate()
    finally:
        # Also what the page has left running.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session.pid, signal.SIGKILL)
    return output.split(_END + "\n")[: len(texts)]


def compare(page, commands, outputs):
    """Prints what differs from the page, with --show everything; returns the exit code of the test."""
    differing = 0
    for command, output in zip(commands, outputs):
        lines = output.splitlines()
        differs = not console.agrees(command.expected, lines)
        differing += differs
        if differs or "--show" in sys.argv:
            print(f"{page}:{command.line}: $ {command.text}")
            print("\n".join(lines))
        if differs:
            print(f"{page} shows instead:", *command.expected, sep="\n")
    print(f"{len(commands)} commands, {differing} of them answered by something else than {page} shows")
    if len(outputs) < len(commands):
        print(f"nothing came of: $ {commands[len(outputs)].text}")
    # A page without commands is not the page that was meant.
    return 1 if differing or not commands or len(outputs) != len(commands) else 0
