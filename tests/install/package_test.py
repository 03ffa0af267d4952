# SPDX-License-Identifier: Apache-2.0
"""What a build finds of the package that `./dev install` installs: versions, components, headers, the contract."""

import shutil
import unittest

from installed import CONSUMERS, DIRECTORY, PREFIX, SHARED, pkg_config, run, try_to_run, unpack


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
        components = "client, prometheus, shared and testing"
        self.assertIn(f"there is no component nonsense; the components are {components}", " ".join(output.split()))

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
