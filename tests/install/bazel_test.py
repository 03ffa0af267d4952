# SPDX-License-Identifier: Apache-2.0
"""Builds examples/bazel against what `./dev install` installs, and runs it on a server."""

import pathlib
import re
import unittest

from installed import DIRECTORY, PREFIX, copy, run, run_on_server, unpack

# Bazel itself uses these and would download them; bazel/README.md says where ours come from.
INSTALLED_BAZEL_RULES = {
    "remote_coverage_tools": "../remote_coverage_tools",
    "rules_cc": "../rules_cc",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}


class Bazel(unittest.TestCase):
    def test_example(self):
        unpack()
        directory = copy("examples/bazel")
        workspace = directory / "WORKSPACE"
        workspace.write_text(re.sub('PREFIX = ".*"', f'PREFIX = "{PREFIX}"', workspace.read_text()))
        bazel = f"cd {directory} && exec bazel --output_user_root={DIRECTORY}/bazel --batch"
        build = f"{bazel} build --jobs=1"
        for rules, path in INSTALLED_BAZEL_RULES.items():
            build += f" --override_repository={rules}={pathlib.Path(path).resolve()}"
        run("bash", "-c", f"{build} //...")
        for program in "stream_writes", "stream_writes_shared":
            output = run_on_server(directory / "bazel-bin" / program)
            self.assertEqual(output, "1000 writes, 0 failed\n")
        run(directory / "bazel-bin" / "writes_test")


if __name__ == "__main__":
    unittest.main()
