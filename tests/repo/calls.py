# SPDX-License-Identifier: Apache-2.0
"""Calls and types that are not allowed here, each with what to use instead."""

import re

from source import Finding

# (pattern, why not and what instead, paths where it belongs)
_BANNED = [
    (
        r"absl::(Reader|Writer)?(Mutex|MutexLock|CondVar|Notification|BlockingCounter|Barrier)\b|absl/synchronization/",
        "ThreadSanitizer does not see Abseil's locks: use common/mutex.h",
        ("bazel/sanitizers/",),
    ),
    (
        r"std::(recursive_|timed_|shared_)?mutex\b|std::(condition_variable|lock_guard|unique_lock|scoped_lock|shared_lock)\b",
        "use common/mutex.h, whose locks are annotated",
        ("common/mutex.h",),
    ),
    (r"std::regex|#\s*include\s*<regex>", "std::regex has no bound on time or stack: use common/pattern", ()),
    (
        r"\b(sleep_for|sleep_until|SleepFor|usleep|nanosleep)\b|(?<![\w:.>])sleep\s*\(",
        "nobody sleeps: wait with Clock::WaitUntil for what you need",
        (),
    ),
    (
        r"absl::(Now|GetCurrentTimeNanos)\b|\b(steady_clock|system_clock|high_resolution_clock)\b(?!\.h)|"
        r"\b(clock_gettime|gettimeofday|gpr_now)\b|(?<![\w.>])(std::)?time\s*\(\s*(nullptr|NULL|0)\s*\)",
        "real time is read in common/clock.cc alone: take a Clock, or `now` as an argument",
        ("common/clock.cc",),
    ),
    (r"absl::(optional|nullopt|make_optional)\b|absl/types/optional\.h", "use std::optional: the two are different types", ()),
    (r"#\s*include\s*<(ranges|format)>|std::(views|ranges)::|std::format\b", "clang 14 cannot parse it with this library", ()),
]
_BANNED_IN_ENGINE = [
    (r"std::(jthread|thread|async|atomic)\b|\bthread_local\b", "the engine is pure: no threads"),
    (r"std::(cout|cerr|clog|printf|fprintf)\b", "the engine is pure: no output"),
]


def check(source):
    """Findings for every banned call of a C++ file."""
    if not source.is_cpp:
        return []
    # An include is no literal: the path counts.
    code = re.sub(r'(?m)^(\s*#\s*include\s*)""', r"\1", source.code)
    code = "\n".join(
        line if not re.match(r"\s*#\s*include", line) else original
        for line, original in zip(code.splitlines(), source.text.splitlines())
    )
    rules = [(pattern, message) for pattern, message, homes in _BANNED if not source.path.startswith(homes or ("\0",))]
    if source.path.startswith("server/engine/") and not source.is_test:
        rules += _BANNED_IN_ENGINE
    return [
        Finding(source.path, line, message)
        for pattern, message in rules
        for line in source.lines_matching(pattern, code)
    ]
