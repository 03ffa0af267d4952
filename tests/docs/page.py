"""Runs the commands of a page in one shell, and compares the output."""

import contextlib
import os
import signal
import subprocess
import sys

import console

SESSION_SECONDS = 120

# Stands on a line of its own after the output of each command.
_END = "-- end of command --"


def outputs_of(texts, directory, programs, environment):
    """What each command writes, as somebody would type them. `programs`: by the names under which they are in PATH."""
    folder = directory / "programs"
    folder.mkdir()
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    script = "".join(f"{text}\necho '{_END}'\n" for text in texts)
    session = subprocess.Popen(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**environment, "PATH": f"{folder}:{environment['PATH']}", "HOME": str(directory)},
        start_new_session=True,
    )
    try:
        output, _ = session.communicate(timeout=SESSION_SECONDS)
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
    # A page without commands is not the page that was meant.
    return 1 if differing or not commands or len(outputs) != len(commands) else 0
