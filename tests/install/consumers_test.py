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
    try_to_run,
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


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        unpack()

    def find(self, *definitions):
        """The exit code and output of a project that looks for the package."""
        build = DIRECTORY / "find"
        shutil.rmtree(build, ignore_errors=True)
        return try_to_run("cmake", "-S", CONSUMERS / "cmake", "-B", build, f"-DCMAKE_PREFIX_PATH={PREFIX}", *definitions)

    def test_cmake_finds_compatible_versions(self):
        for version in "0", "0.1", "0.1.0":
            self.assertEqual(self.find(f"-DVERSION={version}")[0], 0, version)
        for version in "0.0", "0.2", "0.1.9", "1":
            self.assertNotEqual(self.find(f"-DVERSION={version}")[0], 0, version)

    def test_cmake_refuses_components_that_do_not_exist(self):
        code, output = self.find("-DCOMPONENTS=client;nonsense")
        self.assertNotEqual(code, 0)
        self.assertIn("there is no component nonsense; the components are client, shared and testing", " ".join(output.split()))

    def test_the_contract_is_there(self):
        self.assertTrue((PREFIX / "share/cache_invalidation/protos/cache_invalidation/v1/rule.proto").exists())

    def headers(self):
        """All headers that applications include, by the names that they use."""
        include = PREFIX / "include"
        folders = [include / "cache_invalidation/client", include / "cache_invalidation/client/testing"]
        found = sorted(str(path.relative_to(include)) for folder in folders for path in folder.glob("*.h"))
        self.assertGreater(len(found), 30)
        return found

    def test_the_public_headers_find_what_they_include(self):
        source = DIRECTORY / "all_headers.cc"
        source.write_text("".join(f'#include "{header}"\n' for header in self.headers()))
        flags = pkg_config("--cflags", SHARED)
        self.assertEqual([flag for flag in flags if flag.endswith("cache_invalidation")], [])
        run("g++", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", *flags, source)

    def test_each_header_says_that_it_needs_cpp20(self):
        for header in self.headers():
            code, output = try_to_run(
                "g++", "-std=c++17", "-fsyntax-only", f"-I{PREFIX}/include", "-include", header, "-x", "c++", "/dev/null"
            )
            self.assertNotEqual(code, 0, header)
            errors = [line for line in output.splitlines() if "error:" in line]
            self.assertIn("cache_invalidation needs C++20", errors[0])
            self.assertIn("needs_cpp20", errors[1])
            self.assertEqual(len(errors), 2, output)


if __name__ == "__main__":
    unittest.main()
