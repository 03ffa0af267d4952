# SPDX-License-Identifier: Apache-2.0
"""Each rule finds a constructed violation, and accepts what only looks like one."""

import unittest

import braces
import calls
import layers
import license
import prose
import rooms
import sizes
import words
from source import Source


def lines_found(rule, path, text):
    """The lines in which `rule` finds something."""
    return [finding.line for finding in rule.check(Source(path, text))]


class ProseTest(unittest.TestCase):
    def test_dialect_is_refused_in_headers_and_protos(self):
        for comment in (
            "Answers whether it is there.",
            "It answers how many there are.",
            "Whoever comes when it is full waits.",
            "It stands above the others.",
            "A lease is told before it is durable.",
            "Lasts for so long.",
            "Nobody waits for it.",
        ):
            for path in ("server/a.h", "protos/a.proto"):
                self.assertEqual(lines_found(prose, path, f"\nint a;  // So it is. {comment}\n"), [2], comment)

    def test_dialect_is_refused_at_the_start_of_a_comment(self):
        self.assertEqual(lines_found(prose, "server/a.h", "// Answers queries of a namespace.\n"), [1])

    def test_plain_words_are_not(self):
        for line in (
            "// Returns the answer of the server.",
            "// As long as the lease runs; so many that it blocks.",
            'constexpr char kText[] = "http://a/b tells the";',
            "// stand-in for a client",
        ):
            self.assertEqual(lines_found(prose, "server/a.h", line + "\n"), [], line)
        self.assertEqual(lines_found(prose, "server/a.cc", "// nobody\n"), [])


class LicenseTest(unittest.TestCase):
    def test_every_file_names_it(self):
        for path in ("server/a.h", "dev", "docs/a.md", "demo/rules.yaml", "common/BUILD"):
            self.assertEqual(lines_found(license, path, "# A file.\n"), [1], path)
            self.assertEqual(lines_found(license, path, f"#!/bin/sh\n# {license.LINE}\n"), [], path)

    def test_json_has_no_comments(self):
        self.assertEqual(lines_found(license, "a.json", "{}\n"), [])


class RoomsTest(unittest.TestCase):
    def test_test_code_has_folders_of_its_own(self):
        self.assertEqual(lines_found(rooms, "server/a.cc", '#include "gtest/gtest.h"\n'), [1])
        self.assertEqual(lines_found(rooms, "server/a_for_test.h", "\n" * 30), [1])
        library = 'cc_library(\n    name = "a",\n    testonly = True,\n    hdrs = ["a.h"],\n)\n'
        self.assertEqual(lines_found(rooms, "server/BUILD", "\n" + library), [2])
        for path in ("server/testing/BUILD", "tests/a/BUILD"):
            self.assertEqual(lines_found(rooms, path, library), [])
        self.assertEqual(lines_found(rooms, "server/a_test.cc", '#include "gtest/gtest.h"\n'), [])
        self.assertEqual(lines_found(rooms, "server/testing/a.h", '#include "gtest/gtest.h"\n' + "\n" * 30), [])

    def test_a_header_is_worth_its_file(self):
        self.assertEqual(lines_found(rooms, "server/a.h", "\n" * 9), [1])
        self.assertEqual(lines_found(rooms, "server/a.h", "\n" * 30), [])


class LayersTest(unittest.TestCase):
    def assert_refused(self, path, include):
        self.assertEqual(lines_found(layers, path, f"\n#include {include}\n"), [2], f"{path} includes {include}")

    def assert_allowed(self, path, include):
        self.assertEqual(lines_found(layers, path, f"#include {include}\n"), [], f"{path} includes {include}")

    def test_system_headers_belong_to_their_folders(self):
        homes = {
            "<grpcpp/grpcpp.h>": ("server/rpc/a.cc", "client/internal/a.cc", "server/main.cc", "tests/load/a.cc"),
            '"protos/cache_invalidation/v1/rule.pb.h"': ("server/rpc/a.cc", "server/wire/a.cc", "client/internal/a.cc"),
            "<google/protobuf/struct.pb.h>": ("server/rpc/a.cc", "server/wire/a.cc", "client/internal/a.cc"),
            "<rocksdb/db.h>": ("server/storage/a.cc",),
            "<prometheus/registry.h>": ("server/metrics/a.cc",),
            "<re2/re2.h>": ("common/pattern.cc", "common/pattern_test.cc", "common/condition/a.cc"),
            "<yaml-cpp/yaml.h>": ("common/yaml.cc",),
            "<CLI/CLI.hpp>": ("client/cachectl/a.cc",),
        }
        everyone = {home for some in homes.values() for home in some} | {
            "common/a.cc",
            "client/a.h",
            "examples/a.cc",
            "server/commit/a.cc",
            "server/delivery/a.cc",
            "server/engine/a.cc",
            "server/http/a.cc",
            "server/shard/a.cc",
        }
        for include, allowed in homes.items():
            for path in everyone:
                if path in allowed:
                    self.assert_allowed(path, include)
                elif not (path.startswith("tests/") and include.startswith(('"protos/', "<google/"))):
                    self.assert_refused(path, include)

    def test_layers_look_down_only(self):
        for path, include in [
            ("common/a.cc", '"server/engine/engine.h"'),
            ("common/a.h", '"client/client.h"'),
            ("server/engine/a.cc", '"server/wire/chunk.h"'),
            ("server/engine/a.cc", '"protos/cache_invalidation/v1/rule.pb.h"'),
            ("server/wire/a.cc", '"server/rpc/conversion/grpc_conversion.h"'),
            ("server/storage/a.cc", '"server/engine/engine.h"'),
            ("server/delivery/a.cc", '"server/rpc/conversion/grpc_conversion.h"'),
            ("server/shard/a.cc", '"server/delivery/outbox.h"'),
            ("server/rpc/a.cc", '"server/storage/store.h"'),
            ("client/a.cc", '"server/engine/engine.h"'),
            ("client/cachectl/a.cc", '"client/internal/channel.h"'),
            ("examples/a.cc", '"client/client.h"'),
            ("examples/a.cc", '"cache_invalidation/client/internal/retry.h"'),
            ("server/engine/a.cc", '"tests/fakes/fake_clock.h"'),
            ("server/engine/a.cc", "<gtest/gtest.h>"),
        ]:
            self.assert_refused(path, include)
        for path, include in [
            ("server/engine/a.cc", '"common/tag.h"'),
            ("server/wire/a.cc", '"server/engine/event.h"'),
            ("server/rpc/a.cc", '"server/shard/submission.h"'),
            ("client/cachectl/a.cc", '"client/client.h"'),
            ("examples/a.cc", '"cache_invalidation/client/client.h"'),
            ("server/engine/a_test.cc", '"tests/fakes/fake_clock.h"'),
            ("server/engine/a_test.cc", "<gtest/gtest.h>"),
            ("server/server.cc", '"server/shard/shard_set.h"'),
        ]:
            self.assert_allowed(path, include)

    def test_the_engine_is_pure(self):
        for include in ("<thread>", "<mutex>", "<chrono>", "<iostream>", "<atomic>", '"common/clock.h"', '"common/mutex.h"'):
            self.assert_refused("server/engine/a.cc", include)
        for include in ("<vector>", '"absl/time/time.h"'):
            self.assert_allowed("server/engine/a.cc", include)
        self.assert_allowed("server/shard/a.cc", "<thread>")
        self.assert_allowed("server/engine/a_test.cc", "<thread>")

    def test_an_unknown_folder_is_a_finding(self):
        self.assertEqual(lines_found(layers, "attic/a.cc", "int x;\n"), [1])

    def test_our_headers_are_quoted(self):
        self.assert_refused("server/wire/a.cc", "<server/engine/event.h>")


class BracesTest(unittest.TestCase):
    def assert_found(self, code, expected):
        self.assertEqual(lines_found(braces, "server/shard/a.cc", code), expected, code)

    def test_a_body_on_its_own_line(self):
        self.assert_found("  if (x)\n    y();\n", [1])
        self.assert_found("  for (int i = 0;\n       i < 3; ++i)\n    y();\n", [1])
        self.assert_found("  if (x) {\n    y();\n  } else\n    z();\n", [3])
        self.assert_found("  while (x)  // why\n    y();\n", [1])

    def test_what_needs_none(self):
        self.assert_found("  if (x) y();\n  z();\n", [])
        self.assert_found("  if (x) {\n    y();\n  }\n", [])
        self.assert_found("  if (x) return Long(\n      y);\n", [])
        self.assert_found("  do {\n    y();\n  } while (x);\n  z();\n", [])


class CallsTest(unittest.TestCase):
    def assert_banned(self, code, path="server/shard/a.cc"):
        self.assertEqual(lines_found(calls, path, f"\n{code}\n"), [2], f"{path}: {code}")

    def assert_fine(self, code, path="server/shard/a.cc"):
        self.assertEqual(lines_found(calls, path, f"{code}\n"), [], f"{path}: {code}")

    def test_locks(self):
        for name in ("Mutex", "MutexLock", "CondVar", "Notification", "BlockingCounter"):
            self.assert_banned(f"absl::{name} x;")
        self.assert_banned('#include "absl/synchronization/mutex.h"')
        self.assert_banned("std::mutex m;")
        self.assert_banned("std::unique_lock<std::mutex> l(m);")
        self.assert_fine("std::mutex m;", "common/mutex.h")
        self.assert_fine("Mutex m; MutexLock lock(m);")

    def test_regular_expressions(self):
        self.assert_banned("std::regex r;")
        self.assert_banned("#include <regex>")

    def test_optional(self):
        self.assert_banned("absl::optional<int> x;")
        self.assert_banned("return absl::nullopt;")
        self.assert_banned('#include "absl/types/optional.h"')
        self.assert_fine("std::optional<int> x;")

    def test_sleeping(self):
        self.assert_banned("std::this_thread::sleep_for(x);")
        self.assert_banned("absl::SleepFor(x);")
        self.assert_banned("usleep(3);")
        self.assert_banned("sleep(3);", "tests/a_test.cc")
        self.assert_fine("bool sleeping = Sleep(x);")

    def test_real_time(self):
        for code in (
            "auto t = absl::Now();",
            "auto t = std::chrono::steady_clock::now();",
            "using C = std::chrono::system_clock;",
            "time(nullptr);",
            "std::time(nullptr);",
            "clock_gettime(CLOCK_REALTIME, &t);",
        ):
            self.assert_banned(code)
            self.assert_banned(code, "tests/load/a.cc")
            self.assert_fine(code, "common/clock.cc")
        self.assert_fine("absl::Time t = clock.Now(); deadline_time(0);")

    def test_the_engine_starts_no_threads_and_prints_nothing(self):
        self.assert_banned("std::thread t;", "server/engine/a.cc")
        self.assert_banned("std::cout << 1;", "server/engine/a.cc")
        self.assert_fine("std::thread t;")
        self.assert_fine("std::thread t;", "server/engine/a_test.cc")

    def test_what_clang_14_cannot_parse(self):
        self.assert_banned("#include <ranges>")
        self.assert_banned('auto s = std::format("x");')

    def test_comments_and_literals_are_no_calls(self):
        self.assert_fine("// not absl::Mutex, not std::regex")
        self.assert_fine("/* absl::Now()\n absl::Now() */")
        self.assert_fine('const char* x = "absl::Now()";')
        self.assert_fine('const char* x = R"(absl::Now() "quoted")";')
        self.assertEqual(lines_found(calls, "server/a.cc", "/*\n*/ int n = 1'000;\nauto t = absl::Now();\n"), [3])


class SizesTest(unittest.TestCase):
    def long_functions(self, text):
        return lines_found(sizes, "server/a.cc", text)

    @staticmethod
    def lines(count):
        return "  f();\n" * count

    def test_files(self):
        self.assertEqual(lines_found(sizes, "server/a.cc", "\n" * 500), [])
        self.assertEqual(lines_found(sizes, "server/a.cc", "\n" * 501), [500])
        self.assertEqual(lines_found(sizes, "protos/a.proto", "\n" * 501), [500])
        self.assertEqual(lines_found(sizes, "tests/data/a.jsonl", "\n" * 501), [])
        self.assertEqual(lines_found(sizes, "server/BUILD", "\n" * 501), [])

    def test_functions_of_every_shape(self):
        for head in (
            "int f() {",
            "namespace a {\nint f(int x,\n      int y) const {",
            "class A : public B {\n public:\n  A() : b_(1), c_{2} {",
            "template <typename T>\nstruct A {\n  void f() noexcept override {",
            "TEST(A, B) {",
            "auto f(int x) -> std::vector<int> {",
            "void A::f() ABSL_EXCLUSIVE_LOCKS_REQUIRED(m) {",
            "class ABSL_LOCKABLE(x) A {\n  bool operator()(int a) const {",
            'extern "C" int f() {',
        ):
            line = head.count("\n") + 1
            self.assertEqual(self.long_functions(f"{head}\n{self.lines(68)}}}\n"), [], head)
            self.assertEqual(self.long_functions(f"{head}\n{self.lines(69)}}}\n"), [line], head)

    def test_what_is_not_a_function_may_be_long(self):
        for head in ("namespace a {", "class A {", "struct A : B<int(*)()> {", "enum class E {", "const int kTable[] = {"):
            self.assertEqual(self.long_functions(f"{head}\n{'  int x;' * 0}{chr(10) * 80}}};\n"), [], head)

    def test_braces_in_literals_and_comments_do_not_count(self):
        self.assertEqual(self.long_functions('void f() {\n  g("}"); // }\n  h(\'}\');\n' + self.lines(70) + "}\n"), [1])

    def test_lambdas_belong_to_their_function(self):
        inner = "  auto g = [] {\n" + self.lines(40) + "  };\n"
        self.assertEqual(self.long_functions("void f() {\n" + inner + inner + "}\n"), [1])

    def test_functions_after_each_other(self):
        one = "void f() {\n" + self.lines(40) + "}\n"
        self.assertEqual(self.long_functions(one * 3), [])

    def test_python(self):
        body = "    pass\n"
        self.assertEqual(lines_found(sizes, "a.py", "def f():\n" + body * 69), [])
        self.assertEqual(lines_found(sizes, "a.py", "\ndef f():\n" + body * 70), [2])


class WordsTest(unittest.TestCase):
    def test_what_is_left_undone(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            self.assertEqual(lines_found(words, "docs/a.md", f"\n{word}: later\n"), [2])
        self.assertEqual(lines_found(words, "docs/a.md", "a todo list\n"), [])

    def test_paths_of_one_machine(self):
        place = "/wo" + "rk/"
        self.assertEqual(lines_found(words, "a.sh", f"cd {place}x\n"), [1])
        self.assertEqual(lines_found(words, "a.sh", "cd /usr/lib; cd server/" + place[1:] + "x\n"), [])

    def test_registry_hosts(self):
        self.assertEqual(lines_found(words, "a.json", '"https://' + 'registry.example.org/x"\n'), [1])

    def test_names_that_say_nothing(self):
        for path in ("server/utils.cc", "common/string_util.py", "server/helpers/a.py", "server/lock_manager.cc"):
            self.assertEqual(lines_found(words, path, ""), [1], path)
        self.assertEqual(lines_found(words, "server/utility_bill.cc", ""), [])

    def test_one_name_for_a_thing(self):
        for type_of in ("struct Rule" + "Reply {", "using Answ" + "ers = int;", "enum class Target" + "Type {"):
            self.assertEqual(lines_found(words, "server/a.cc", type_of + "\n"), [1], type_of)
        self.assertEqual(lines_found(words, "server/a.cc", "struct RuleResult {};\nAnswer(query);\n"), [])

    def test_include_guards(self):
        guard = "CACHE_INVALIDATION_SERVER_A_H_"
        self.assertEqual(lines_found(words, "server/a.h", f"// What.\n\n#ifndef {guard}\n#define {guard}\n#endif\n"), [])
        self.assertEqual(lines_found(words, "server/a.h", "#ifndef A_H_\n#define A_H_\n#endif\n"), [1])


if __name__ == "__main__":
    unittest.main()
