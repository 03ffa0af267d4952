# SPDX-License-Identifier: Apache-2.0
"""Builds each of examples/ against what `./dev install` installs, and runs it on a server."""

import os
import pathlib
import re
import tempfile
import unittest

import server
from installed import CONSUMERS, DIRECTORY, PREFIX, SHARED, cmake, compile_cc, copy, run, run_on_server, unpack

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

    def test_outbox_table(self):
        build = cmake(copy("examples/outbox_table"))
        output = run_on_server(build / "outbox_table", DIRECTORY / "prices.db", typed="price 7 100\nsend\nsend\n")
        self.assertEqual(output, "sent 0\ncommitted 7\nsent 1\nsent 0\n")

    # The next two are files to copy into a program.
    def test_telemetry(self):
        folder = pathlib.Path("examples/telemetry")
        sources = CONSUMERS / "spans.cc", folder / "attempt_spans.cc"
        program = compile_cc(DIRECTORY / "spans", *sources, module=SHARED, flags=(f"-I{folder}",))
        span = "cache_invalidation.v1.WriteEventService/InvalidateByWrite, trace 0af7, code 0\n"
        self.assertEqual(run_on_server(program), span)

    def test_coroutine(self):
        flags = ("-Iexamples/coroutine",)
        program = compile_cc(DIRECTORY / "coroutine", CONSUMERS / "coroutine.cc", module=SHARED, flags=flags)
        self.assertEqual(run_on_server(program), "Ada\n")

    def test_the_program_of_the_guide(self):
        """Built by the lines of its page, with the page's next block in it."""
        page = pathlib.Path("docs/guide/writes.md").read_text()
        program, block, *_ = re.findall(r"^```cpp\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        (build,) = re.findall(r"^```sh\n(\./dev install .*?)^```$", page, re.MULTILINE | re.DOTALL)
        _, *lines = build.replace("/tmp/cache_invalidation_client", str(PREFIX)).splitlines()
        folder = pathlib.Path(tempfile.mkdtemp(dir=DIRECTORY))
        with server.running(os.environ["SERVER"], DIRECTORY) as ports:
            block = block.replace("localhost:7400", f"localhost:{ports['grpc']}")
            block = re.sub("^#include.*", "", block, flags=re.MULTILINE)
            (folder / "shop.cc").write_text(program.replace("  // The blocks of a page.\n", block))
            output = run("bash", "-ec", "\n".join([f"cd {folder}", *lines]))
        self.assertEqual(output, "revision 1\nrevision 2\nOK\n")

    def test_every_example_is_tested(self):
        programs = {path.name for path in pathlib.Path("examples").iterdir() if path.is_dir()}
        tested = {name.removeprefix("test_") for name in dir(self) if name.startswith("test_")}
        # bazel_test.py and shop_test.py build one each; tests/examples, tests/process, tests/postgres and tests/connect run
        # those that need no compiler.
        self.assertEqual(programs - tested, {"bazel", "haproxy", "node", "postgresql", "python", "shop", "varnish"})

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


if __name__ == "__main__":
    unittest.main()
