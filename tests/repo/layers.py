# SPDX-License-Identifier: Apache-2.0
"""Layers: what the files of a folder can include.

BUILD visibility guards our own targets; but system headers are on every include path, and a header can be included without
depending on its target. So this file repeats all of it, as one allow-list of include prefixes per folder.
"""

import re

from source import Finding

# Abseil is everywhere, but not its locks (calls.py).
_EVERYWHERE = ("absl/",)
_IN_TESTS = ("gtest/", "gmock/", "tests/")

_GRPC = ("grpc/", "grpcpp/")
_MESSAGES = ("protos/", "google/protobuf/", "grpc/health/")
# The operating system, where a file has business with it.
_POSIX = ("sys/", "netinet/", "arpa/", "unistd.h", "fcntl.h", "signal.h", "poll.h", "dlfcn.h", "pthread.h", "dirent.h", "netdb.h", "time.h", "errno.h", "malloc.h")

_ENGINE = ("server/engine/",)
_SERVER = ("server/",)
# The interfaces through which metrics see outcomes.
_OBSERVERS = ("server/commit/commit_observer.h", "server/delivery/observer.h", "server/shard/shard_observer.h")

# Folder (or file) -> allowed prefixes. The longest folder that a path lies in decides. Nothing is inherited.
ALLOWED = {
    "common/": ("common/",),
    "common/condition/": ("common/", "re2/"),
    "common/condition/testing/": ("common/", "gtest/"),
    "common/pattern.": ("common/", "re2/"),
    "common/pattern_": ("common/", "re2/"),
    "common/yaml.": ("common/", "yaml-cpp/"),
    "common/files.": ("common/",) + _POSIX,
    "common/standard_error": ("common/",) + _POSIX,
    "common/clock.": ("common/", "sys/utsname.h"),
    "server/engine/": ("common/",) + _ENGINE,
    "server/wire/": ("common/", "server/wire/") + _ENGINE + _MESSAGES,
    "server/journal/": ("common/", "server/journal/"),
    "server/storage/": ("common/", "server/storage/", "server/wire/", "rocksdb/") + _POSIX,
    "server/backup/": ("common/", "server/backup/"),
    "server/commit/": ("common/", "server/commit/", "server/storage/", "server/wire/", "server/delivery/"),
    "server/delivery/": ("common/", "server/delivery/", "server/commit/group.h", "server/storage/", "server/wire/") + _ENGINE,
    "server/shard/": ("common/", "server/shard/", "server/commit/", "server/storage/", "server/wire/") + _ENGINE,
    # OpenSSL's hash, and a file that is appended to.
    "server/access/": ("common/", "server/access/", "openssl/") + _POSIX,
    "server/rpc/": ("common/", "server/rpc/", "server/access/", "server/journal/", "server/shard/", "server/delivery/", "server/wire/", "server/metrics/", "server/backup/")
    + _ENGINE
    + _GRPC
    + _MESSAGES,
    "server/core/": ("common/", "server/core/", "server/shard/", "server/commit/", "server/storage/", "server/delivery/") + _ENGINE,
    "server/metrics/": (
        "common/",
        "server/metrics/",
        # What metrics are filled from.
        "server/access/access_observer.h",
        "server/commit/commit_observer.h",
        "server/delivery/observer.h",
        "server/shard/shard_observer.h",
        "prometheus/",
    )
    + _ENGINE
    + _POSIX,
    "server/http/": ("common/", "server/http/", "server/process/") + _POSIX,
    "server/process/": ("common/", "server/process/") + _POSIX,
    "server/tls/": ("common/", "server/tls/", "openssl/") + _GRPC,
    "server/": ("common/", "grpcpp/") + _SERVER + _POSIX,
    "client/": ("common/", "client/"),
    # For programs that use prometheus-cpp.
    "client/prometheus_collectable": ("common/", "client/", "prometheus/"),
    "client/internal/": ("common/", "client/") + _GRPC + _MESSAGES,
    # The one place where the SDK hears of forks.
    "client/internal/cache/subscribed_cache.": ("common/", "client/", "pthread.h"),
    # The fake server is the real one, behind the interface of the SDK.
    "client/testing/": ("common/", "client/", "server/server.h", "server/default_rules.h", "server/rpc/conversion/rule_conversion.h") + _GRPC + _POSIX,
    # Its call is none of the SDK's interface, which applications use.
    "client/backup/": ("common/", "client/") + _GRPC + _MESSAGES + _POSIX,
    "client/cachectl/": ("common/", "client/", "CLI/") + _POSIX,
    # What a server stores, read in the directory that it left.
    "client/cachectl/data_directory.": ("client/cachectl/data_directory.h", "server/storage/", "server/core/run_record.h"),
    # A program of its own, which logs and shows metrics as the server does. libpq and hiredis
    # stay in one file each.
    "client/connect/": ("common/", "client/", "CLI/", "re2/", "server/journal/", "server/http/http_server.h", "server/metrics/process_text.h") + _POSIX,
    "client/connect/http/http_client.": ("common/", "client/connect/http/", "curl/"),
    "client/connect/postgres/postgres_connection.": ("common/", "client/connect/postgres/", "postgresql/", "poll.h"),
    "client/connect/redis/redis_connection.": ("client/connect/redis/", "hiredis/", "sys/time.h"),
    "client/yaml_text/": ("common/", "client/"),
    "client/change/": ("common/", "client/", "re2/"),
    "tests/": ("common/", "client/", "examples/", "benchmark/") + _SERVER + _GRPC + _MESSAGES + _POSIX,
    "tests/support/certificates.": ("common/", "tests/", "openssl/"),
    "tests/outbox_table/": ("common/", "client/", "examples/", "sqlite3.h") + _POSIX,
    # Tests with PostgreSQL: libpq stays in there.
    "tests/postgres/": ("common/", "client/", "postgresql/", "pwd.h", "spawn.h") + _POSIX,
    # The SDK by the names that are installed; their own headers as their own projects name them.
    "examples/": ("cache_invalidation/client/",),
    "examples/testing/": ("cache_invalidation/client/", "gtest/", "names.h"),
    "examples/tour/": ("cache_invalidation/client/", "tour.h"),
    "examples/user_repository/": ("cache_invalidation/client/", "database.h", "user_repository.h", "sqlite3.h"),
    "tests/install/": ("cache_invalidation/client/", "client/client.h", "common/mutex.h", "prometheus/", "greeter.grpc.pb.h", "catalog.h", "attempt_spans.h", "awaitable_cache.h") + _GRPC + _POSIX,
    "examples/telemetry/": ("absl/", "cache_invalidation/client/", "attempt_spans.h"),
    "examples/shop/": ("absl/", "cache_invalidation/client/", "shop.h", "sqlite3.h"),
    "examples/outbox_table/": ("absl/", "cache_invalidation/client/", "outbox_table.h", "sqlite3.h"),
    "demo/": ("common/", "client/"),
    "bazel/sanitizers/": ("bazel/sanitizers/", "sanitizer/") + _GRPC + _POSIX,
}

# Never, whatever prefix allows it: the inside of the SDK is for the SDK.
DENIED = {
    "client/change/": ("client/internal/",),
    "client/connect/": ("client/internal/",),
    "client/testing/": ("client/internal/",),
    "client/cachectl/": ("client/internal/",),
    "examples/": ("cache_invalidation/client/internal/",),
    "demo/": ("client/internal/",),
}

# The engine is pure: no threads, no locks, no clock, no input or output.
_IMPURE = re.compile(
    r"thread|mutex|shared_mutex|condition_variable|future|atomic|semaphore|latch|barrier|stop_token|chrono|ctime|"
    r"iostream|fstream|cstdio|filesystem|random"
)
_IMPURE_OURS = ("common/clock.h", "common/mutex.h", "absl/time/clock.h", "absl/random/")


def folder_of(path, table):
    """The longest key of `table` that `path` begins with, or None."""
    return max((key for key in table if path.startswith(key)), key=len, default=None)


def _is_standard(include):
    return re.fullmatch(r"[a-z0-9_]+", include) is not None


def check(source):
    """Findings for every include that the file's folder does not allow."""
    if not source.is_cpp:
        return []
    findings = []
    folder = folder_of(source.path, ALLOWED)
    if folder is None:
        return [Finding(source.path, 1, "lies in no known layer; tests/repo/layers.py lists them")]
    allowed = ALLOWED[folder] + _EVERYWHERE + (_IN_TESTS if source.is_test else ())
    denied = DENIED.get(folder_of(source.path, DENIED), ())
    is_pure = source.path.startswith("server/engine/") and not source.is_test
    for line, include, is_angled in source.includes:
        if _is_standard(include):
            if is_pure and _IMPURE.fullmatch(include):
                findings.append(Finding(source.path, line, f"the engine is pure: no <{include}>"))
        elif not include.startswith(allowed) or include.startswith(denied):
            findings.append(Finding(source.path, line, f"{folder} may not include {include}"))
        elif is_pure and include.startswith(_IMPURE_OURS):
            findings.append(Finding(source.path, line, f"the engine is pure: no {include}"))
        elif is_angled and include.startswith(("common/", "server/", "client/", "tests/", "protos/")):
            findings.append(Finding(source.path, line, f'our own headers are included as "{include}"'))
    return findings
