# SPDX-License-Identifier: Apache-2.0
"""Builds small users of what `./dev install` installs, in each way of linking it, and runs them on a server."""

import shutil
import unittest

from installed import (
    CONSUMERS,
    DIRECTORY,
    PREFIX,
    SHARED,
    cmake,
    compile_cc,
    copy,
    pkg_config,
    run,
    run_on_server,
    unpack,
)

ANSWER = "0.1.0: Ada, kept: 1, after a write: 0\n"
TESTING = "cache_invalidation_testing"


class Consumers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        unpack()

    def test_cmake_links_the_static_and_the_shared_library(self):
        build = cmake(copy(CONSUMERS) / "cmake")
        self.assertEqual(run_on_server(build / "static/ask_static"), ANSWER)
        self.assertEqual(run_on_server(build / "shared/ask_shared"), ANSWER)
        metric = '# TYPE tagged_cache_hits_total counter\ntagged_cache_hits_total{cache="web"} 7\n'
        self.assertEqual(run(build / "static/metrics"), metric)
        needed = {name: run("readelf", "-d", build / name) for name in ("static/ask_static", "shared/ask_shared")}
        self.assertNotIn("libcache_invalidation", needed["static/ask_static"])
        self.assertIn("[libcache_invalidation_client.so.0.1]", needed["shared/ask_shared"])

    # Each copy of the library would register the same messages, which ends the process; and each plugin hides the symbols
    # by which the loader would find that their types are the same.
    def test_two_plugins_share_a_cache(self):
        folder = CONSUMERS / "plugins"
        plugins = [
            compile_cc(
                DIRECTORY / f"{name}.so",
                folder / "plugin.cc",
                module=SHARED,
                flags=("-shared", "-fPIC", "-fvisibility=hidden", "-fvisibility-inlines-hidden"),
            )
            for name in ("one", "two")
        ]
        host = compile_cc(DIRECTORY / "host", folder / "host.cc", module=SHARED)
        self.assertEqual(run_on_server(host, *plugins), "returned 0\nreturned 0\nloads 1, hits 3\n")

    def test_a_project_may_have_folders_of_the_same_names(self):
        folder = CONSUMERS / "own_names"
        flags = (f"-I{folder}", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden")
        run(compile_cc(DIRECTORY / "own_names", folder / "main.cc", module=TESTING, flags=flags))

    def test_a_process_may_have_its_own_grpc_server(self):
        folder = copy(CONSUMERS / "own_server")
        plugin = shutil.which("grpc_cpp_plugin")
        run("protoc", f"-I{folder}", f"--cpp_out={folder}", f"--grpc_out={folder}",
            f"--plugin=protoc-gen-grpc={plugin}", folder / "greeter.proto")
        sources = [folder / name for name in ("main.cc", "greeter.pb.cc", "greeter.grpc.pb.cc")]
        program = compile_cc(DIRECTORY / "own_server_program", *sources, flags=(f"-I{folder}", "-Wno-unused-parameter"))
        self.assertEqual(run_on_server(program), "hello Ada, number 1\n" * 2)

    # The library itself is not compiled for them, as the installed one never is.
    def test_programs_run_under_sanitizers(self):
        suppressions = PREFIX / "share/cache_invalidation/sanitizers"
        for name, environment in {
            "address": {"LSAN_OPTIONS": f"suppressions={suppressions}/lsan.supp:print_suppressions=0"},
            "thread": {"TSAN_OPTIONS": f"ignore_noninstrumented_modules=1:suppressions={suppressions}/tsan.supp"},
        }.items():
            with self.subTest(name):
                program = compile_cc(DIRECTORY / name, CONSUMERS / "ask.cc", module=SHARED, flags=(f"-fsanitize={name}", "-g"))
                self.assertEqual(run_on_server(program, **environment), ANSWER)


if __name__ == "__main__":
    unittest.main()
