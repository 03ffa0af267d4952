"""Fuzz targets: functions that take any bytes, and must hold what they check."""

load("//bazel:sanitized_test.bzl", "sanitized_test")

def fuzz_target(name, deps, dictionary = None):
    """A fuzz target, in the file `name`.cc, which defines LLVMFuzzerTestOneInput.

    Makes two programs of it:

      name       with libFuzzer, which needs clang: `./dev fuzz name`
      name_test  replays the committed corpus, corpus/`name`/, and a bounded number of mutations of it: part of every test run,
                 always under the sanitizers

    Args:
      name: of the target, the file and the corpus.
      deps: what the file depends on.
      dictionary: a file of tokens for libFuzzer, one `"..."` a line.
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

    native.cc_binary(
        name = name + "_replay",
        testonly = True,
        deps = [
            ":" + name + "_input",
            ":replay",
        ],
    )

    sanitized_test(
        name = name + "_test",
        size = "medium",
        args = ["tests/fuzz/corpus/" + name],
        data = native.glob(["corpus/" + name + "/*"]),
        program = ":" + name + "_replay",
    )
