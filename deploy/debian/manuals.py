# SPDX-License-Identifier: Apache-2.0
"""Makes manual pages and completions of what programs print about themselves: a tar file of usr/share.

    manuals.py OUTPUT SERVER CACHECTL CONNECT
"""

import gzip
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

COMPLETIONS = {
    "bash": "bash-completion/completions/%s",
    "zsh": "zsh/vendor-completions/_%s",
    "fish": "fish/vendor_completions.d/%s.fish",
}
# The same bytes whenever it runs.
TIME = 0


def man_page(program, section, arguments=(), name=None):
    """A page made of what the program prints for --help; for a command of the program, with its own name."""
    with tempfile.TemporaryDirectory() as directory:
        script = pathlib.Path(directory, name or program.name)
        command = " ".join([str(program.resolve()), *arguments])
        script.write_text(f'#!/bin/sh\ncase $1 in --version) {program.resolve()} --version ;; *) {command} "$@" ;; esac\n')
        script.chmod(0o755)
        call = ["help2man", "--no-info", f"--section={section}", "--no-discard-stderr", "--output=-", str(script)]
        page = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    spoken = " ".join([program.name, *arguments])
    return page.replace(str(program.resolve()), program.name).replace(script.name, spoken)


def commands(program, path=()):
    """The paths of the program's commands, as its help lists them."""
    text = subprocess.run([program, *path, "--help"], check=True, capture_output=True, text=True).stdout
    listed = re.search(r"^Subcommands:\n((?:  .*\n)*)", text, re.MULTILINE)
    for name in re.findall(r"^  (\w[\w-]*)", listed.group(1), re.MULTILINE) if listed else []:
        yield (*path, name)
        yield from commands(program, (*path, name))


def files(server, cachectl, connect):
    """The files below usr/share, by path."""
    for program in (server, connect):
        yield f"man/man8/{program.name}.8", man_page(program, 8)
    yield f"man/man1/{cachectl.name}.1", man_page(cachectl, 1)
    for path in commands(cachectl):
        name = "-".join([cachectl.name, *path])
        yield f"man/man1/{name}.1", man_page(cachectl, 1, path, name)
    for shell, to in COMPLETIONS.items():
        script = subprocess.run([cachectl, "completion", shell], check=True, capture_output=True, text=True).stdout
        yield to % cachectl.name, script


def main():
    output, *programs = map(pathlib.Path, sys.argv[1:])
    os.environ["SOURCE_DATE_EPOCH"] = str(TIME)
    os.environ["LC_ALL"] = "C.UTF-8"
    with tarfile.open(output, "w") as tar:
        for name, text in sorted(files(*programs)):
            content = text.encode()
            if name.startswith("man/"):
                name, content = name + ".gz", gzip.compress(content, mtime=TIME)
            entry = tarfile.TarInfo(f"usr/share/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    main()
