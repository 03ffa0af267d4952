# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets: functions that take any bytes, and must hold what they check."""

load("//bazel:sanitized_test.bzl", "sanitized_test")

def fuzz_target(name, deps, dictionary = None, heavy = False, mutations = 10000):
    """A fuzz target, in the file `name`.cc, which defines LLVMFuzzerTestOneInput.

    Makes two programs of it:

      name       with libFuzzer, which needs clang: `./dev fuzz name`
      name_test  replays the committed corpus, corpus/`name`/, and a bounded number of mutations of it: part of every test run,
                 under the sanitizers

    Args:
      name: of the target, the file and the corpus.
      deps: what the file depends on.
      dictionary: a file of tokens for libFuzzer, one `"..."` a line.
      heavy: depends on so much, the contract's messages for one, that a second build of it for the sanitizers would cost
        every build of the tree minutes: then name_test has them with `--config=asan` only.
      mutations: how many name_test runs; a few seconds of them.
    """
    native.cc_library(
        name = name + "_input",
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = deps,
    )

    native.cc_binary(
        name = name,
        testonly = True,
        data = [dictionary] if dictionary else [],
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = [":" + name + "_input"],
    )

    replay = [
        ":" + name + "_input",
        ":replay",
    ]
    test = {
        "name": name + "_test",
        "size": "medium",
        "args": [
            "tests/fuzz/corpus/" + name,
            str(mutations),
        ],
        "data": native.glob(["corpus/" + name + "/*"]),
    }
    if heavy:
        native.cc_test(deps = replay, **test)
    else:
        native.cc_binary(
            name = name + "_replay",
            testonly = True,
            deps = replay,
        )
        sanitized_test(program = ":" + name + "_replay", **test)
