# SPDX-License-Identifier: Apache-2.0
"""Turns Bazel's list of compilations into compile_commands.json, on standard output.

    compile_commands.py ACTIONS TREE

A unity build compiles a generated file that includes the sources of a target (bazel/unity.bzl): each of them gets the command
of that file.
"""

import json
import pathlib
import re
import sys

INCLUDE = re.compile(r'^#include "([^"]+\.cc)"$', re.MULTILINE)


def sources(source, root):
    """The sources of the tree that a command compiles."""
    if not source.startswith("bazel-out/"):
        return [source]
    generated = root / source
    return INCLUDE.findall(generated.read_text()) if generated.exists() else []


def main():
    actions, root = json.loads(pathlib.Path(sys.argv[1]).read_text()), pathlib.Path(sys.argv[2])
    commands = {}
    for action in actions["actions"]:
        arguments = action["arguments"]
        compiled = arguments[arguments.index("-c") + 1]
        for source in sources(compiled, root):
            own = [source if argument == compiled else argument for argument in arguments]
            commands.setdefault(source, {"directory": str(root), "file": source, "arguments": own})
    json.dump([commands[source] for source in sorted(commands)], sys.stdout, indent=1)


if __name__ == "__main__":
    main()
