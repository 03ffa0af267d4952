"""Builds each of examples/ against what `./dev install` installs, and runs it on a server."""

import pathlib
import re
import unittest

from installed import DIRECTORY, PREFIX, cmake, copy, run, run_on_server, unpack

# Bazel itself uses these and would download them; bazel/README.md says where ours come from.
INSTALLED_BAZEL_RULES = {
    "remote_coverage_tools": "../remote_coverage_tools",
    "rules_cc": "../rules_cc",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        unpack()

    def test_cmake(self):
        build = cmake(copy("examples/cmake"))
        self.assertEqual(
            run_on_server(build / "watch_writes"),
            "revision 1\n  drop user:#all\n  drop user:user123\n  drop user_forms\n"
            "  drop user_preferences\n  drop user_session\n",
        )

    def test_user_repository(self):
        build = cmake(copy("examples/user_repository"))
        output = run_on_server(build / "user_repository", DIRECTORY / "users.db")
        shop = [line.split("  (")[0] for line in output.splitlines()]
        self.assertEqual(shop, ["shop : Ada", "shop : Ada", "shop : Grace", "shop : no user 42"])

    def test_tour(self):
        build = cmake(copy("examples/tour"))
        self.assertTrue(run_on_server(build / "tour").endswith("done\n"))

    def test_testing(self):
        self.assertIn("[  PASSED  ] 10 tests.", run(cmake(copy("examples/testing")) / "names_test"))

    def test_make(self):
        directory = copy("examples/make")
        for arguments in (), ("CLIENT=cache_invalidation_client_static",), ("LDFLAGS=-static", "LIBS=--static"):
            with self.subTest(arguments):
                run("make", "-B", "-C", directory, *arguments, PKG_CONFIG_PATH=str(PREFIX / "lib/pkgconfig"))
                output = run_on_server(directory / "explain_write")
                self.assertIn("order_lists\n", output)
                self.assertIn("customer_orders:b\n", output)

    def test_bazel(self):
        directory = copy("examples/bazel")
        workspace = directory / "WORKSPACE"
        workspace.write_text(re.sub('PREFIX = ".*"', f'PREFIX = "{PREFIX}"', workspace.read_text()))
        bazel = f"cd {directory} && exec bazel --output_user_root={DIRECTORY}/bazel --batch"
        build = f"{bazel} build"
        for rules, path in INSTALLED_BAZEL_RULES.items():
            build += f" --override_repository={rules}={pathlib.Path(path).resolve()}"
        run("bash", "-c", f"{build} //...")
        for program in "stream_writes", "stream_writes_shared":
            output = run_on_server(directory / "bazel-bin" / program)
            self.assertEqual(output, "1000 writes, 0 failed\n")
        run(directory / "bazel-bin" / "writes_test")


if __name__ == "__main__":
    unittest.main()
