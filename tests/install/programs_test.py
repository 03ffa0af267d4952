# SPDX-License-Identifier: Apache-2.0
"""`./dev install` puts server, cachectl and connector beside the client, where they work.

The command runs on a copy of itself, with a `bazel` that builds nothing: everything is where Bazel would put it, in the current
directory.
"""

import os
import pathlib
import shutil
import subprocess
import unittest

import server

DIRECTORY = pathlib.Path(os.environ["TEST_TMPDIR"])
BAZEL = """#!/bin/sh
case " $* " in
  *" info "*) echo "$BUILT" ;;
  *" build "*) echo "$*" >>"$BUILT_LOG" ;;
esac
"""


def output_of(*command, **environment):
    """What the command prints; its failure fails the test and shows everything."""
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = DIRECTORY / "tree"
        shutil.copytree("dev.d", cls.tree / "dev.d")  # follows links
        shutil.copy("dev", cls.tree)
        fake = DIRECTORY / "path" / "bazel"
        fake.parent.mkdir()
        fake.write_text(BAZEL)
        fake.chmod(0o755)

    def install(self, name, *arguments):
        """The new prefix, and the targets that were built for it."""
        prefix, log = DIRECTORY / name, DIRECTORY / f"{name}.log"
        output_of(
            self.tree / "dev",
            "install",
            "--prefix",
            prefix,
            *arguments,
            PATH=f"{DIRECTORY / 'path'}:{os.environ['PATH']}",
            BUILT=str(pathlib.Path.cwd()),
            BUILT_LOG=str(log),
        )
        return prefix, [line.split()[-1] for line in log.read_text().splitlines()]

    def test_not_when_only_the_client_is_asked_for(self):
        prefix, built = self.install("client", "--client")
        self.assertTrue((prefix / "include/cache_invalidation/client/client.h").exists())
        self.assertFalse((prefix / "bin").exists())
        self.assertEqual(built, ["//client/install:tree"])

    def test_they_find_each_other(self):
        prefix, built = self.install("all")
        self.assertTrue((prefix / "include/cache_invalidation/client/client.h").exists())
        programs = ["cache_invalidation_connect", "cache_invalidation_server", "cachectl"]
        self.assertEqual(sorted(target.split(":")[1] for target in built[1:]), programs)
        self.assertEqual(sorted(path.name for path in (prefix / "bin").iterdir()), programs)
        with server.running(prefix / "bin/cache_invalidation_server", DIRECTORY) as ports:
            written = output_of(prefix / "bin/cachectl", "--endpoint", f"localhost:{ports['grpc']}", "write", "user", "1")
        self.assertTrue(written.startswith("revision 1, "), written)

    def test_help_names_the_flag(self):
        self.assertIn("--client", output_of(self.tree / "dev", "help", "install"))


if __name__ == "__main__":
    unittest.main()
