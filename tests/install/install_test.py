"""Unpacks what `./dev install` installs, builds each of examples/ against it, and runs it on a server.

  TREE=FILE SERVER=PROGRAM install_test.py

Runs at the top of the tree; everything it creates is in $TEST_TMPDIR.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import unittest

import server

DIRECTORY = pathlib.Path(os.environ["TEST_TMPDIR"])
PREFIX = DIRECTORY / "prefix"

# Bazel itself uses these and would download them; bazel/README.md says where ours come from.
INSTALLED_BAZEL_RULES = {
    "rules_cc": "../rules_cc",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}


def run(*command, **environment):
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


class InstalledClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tarfile.open(os.environ["TREE"]) as tree:
            tree.extractall(PREFIX)

    def example(self, name):
        """A copy of the example: a build writes into it."""
        copy = DIRECTORY / name
        shutil.copytree(pathlib.Path("examples") / name, copy)
        return copy

    def run_on_server(self, program, *arguments):
        with server.running(os.environ["SERVER"], DIRECTORY) as ports:
            return run(program, f"localhost:{ports['grpc']}", *arguments)

    def test_cmake(self):
        directory = self.example("cmake")
        run("cmake", "-S", directory, "-B", directory / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}")
        run("cmake", "--build", directory / "build")
        output = self.run_on_server(directory / "build" / "watch_writes")
        self.assertEqual(output, "revision 1\n  drop user:#all\n  drop user:user123\n  drop user_forms\n"
                                 "  drop user_preferences\n  drop user_session\n")

    def test_user_repository(self):
        directory = self.example("user_repository")
        run("cmake", "-S", directory, "-B", directory / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}")
        run("cmake", "--build", directory / "build")
        output = self.run_on_server(directory / "build" / "user_repository", directory / "users.db")
        shop = [line.split("  (")[0] for line in output.splitlines()]
        self.assertEqual(shop, ["shop : Ada", "shop : Ada", "shop : Grace", "shop : no user 42"])

    def test_make(self):
        directory = self.example("make")
        run("make", "-C", directory, PKG_CONFIG_PATH=str(PREFIX / "lib/pkgconfig"))
        output = self.run_on_server(directory / "explain_write")
        self.assertIn("order_lists\n", output)
        self.assertIn("customer_orders:b\n", output)

    def test_bazel(self):
        directory = self.example("bazel")
        workspace = directory / "WORKSPACE"
        workspace.write_text(re.sub('PREFIX = ".*"', f'PREFIX = "{PREFIX}"', workspace.read_text()))
        bazel = f"cd {directory} && exec bazel --output_user_root={DIRECTORY}/bazel --batch"
        build = f"{bazel} build"
        for rules, path in INSTALLED_BAZEL_RULES.items():
            build += f" --override_repository={rules}={pathlib.Path(path).resolve()}"
        run("bash", "-c", f"{build} //:stream_writes")
        output = self.run_on_server(directory / "bazel-bin" / "stream_writes")
        self.assertEqual(output, "1000 writes, 0 failed\n")

    def test_the_contract_is_there(self):
        self.assertTrue((PREFIX / "share/cache_invalidation/protos/cache_invalidation/v1/rule.proto").exists())

    def test_the_public_headers_find_what_they_include(self):
        flags = run("pkg-config", "--cflags", "cache_invalidation_client", PKG_CONFIG_PATH=str(PREFIX / "lib/pkgconfig"))
        headers = sorted((PREFIX / "include/cache_invalidation/client").glob("*.h"))
        self.assertGreater(len(headers), 20)
        source = DIRECTORY / "all_headers.cc"
        source.write_text("".join(f'#include "client/{header.name}"\n' for header in headers))
        run("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *flags.split(), source)


if __name__ == "__main__":
    unittest.main()
