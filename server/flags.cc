// SPDX-License-Identifier: Apache-2.0

#include "server/flags.h"

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/version.h"
#include "server/default_rules.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "server/server.h"

namespace cache_invalidation {

// How Abseil parses and prints the flag.
bool AbslParseFlag(absl::string_view text, Durability* durability, std::string* error) {
  const std::optional<Durability> named = DurabilityOfName(text);
  if (named) *durability = *named;
  if (!named) *error = "expected sync, async or memory";
  return named.has_value();
}
std::string AbslUnparseFlag(Durability durability) {
  return std::string(DurabilityName(durability));
}

}  // namespace cache_invalidation

ABSL_FLAG(std::string, port_file, "",
          "File to which the ports are written once the server serves, as the lines grpc=PORT and "
          "http=PORT.");

// Access.
ABSL_FLAG(
    std::string, policy_file, "",
    "File that says who may do what: principals with their tokens or certificates, roles and "
    "limits. It is read again when it changes and on SIGHUP; a file with a mistake leaves the "
    "last good one in use. Empty: everybody may do everything.");
ABSL_FLAG(
    std::string, audit_log, "",
    "File to which calls that need an admin, calls that were denied and changes of the policy "
    "are appended, as a JSON object per line. It is opened again on SIGHUP. -: standard error. "
    "Empty: none.");
ABSL_FLAG(bool, reflection, true, "Describe the services to any caller that asks, by reflection.");

// Persistence.
ABSL_FLAG(
    cache_invalidation::Durability, durability, cache_invalidation::Durability::kSync,
    "What an acknowledged write survives. sync: a crash of the machine; each group of writes "
    "is synced before it is acknowledged. async: a crash of the process; after a crash of the "
    "machine the last writes may be lost, and every subscriber drops its cache. memory: "
    "nothing, all state ends with the process.");
ABSL_FLAG(std::string, data_dir, "",
          "Directory of the store, created if it is missing. Required unless --durability=memory.");
ABSL_FLAG(uint64_t, store_memory_bytes, cache_invalidation::PersistenceOptions().memory_bytes,
          "Approximate limit on the memory of the store, for changes and for blocks of files.");
ABSL_FLAG(
    bool, new_epoch, false,
    "Begin a new history: every subscriber drops its cache. Required once after the data "
    "directory was repaired, or restored from a copy that `cachectl backup` did not make; the "
    "server uses what can be read of it.");

// Rules.
ABSL_FLAG(bool, default_rules, true,
          "Give each new namespace the default rules. Deleting a rule is permanent.");
ABSL_FLAG(std::string, default_rules_file, "",
          "File with other default rules: {\"rules\": [...]}, each the JSON form of the contract's "
          "Rule.");

// Limits and times.
ABSL_FLAG(
    uint32_t, shards, 0,
    "Threads that apply writes and other commands. Each namespace is handled by one of them. 0: as "
    "many as the processors of the machine less two, at least 1 and at most 16.");
ABSL_FLAG(uint64_t, max_request_bytes, cache_invalidation::kMaxRequestBytes,
          "Limit on the size of a request; larger ones are refused.");
ABSL_FLAG(
    uint64_t, max_memory, 0,
    "Limit on the memory of the process, in bytes. From 80 % on requests that add state are "
    "refused, from 90 % on all calls, and at the limit the process ends. 0: 15/16 of the limit "
    "of its control group; without a control group there is no limit.");
ABSL_FLAG(std::vector<std::string>, namespaces, {},
          "The namespaces that calls may name, separated by commas: a call that names another one "
          "fails with NOT_FOUND. A call that names none means \"default\". Empty: every name.");
ABSL_FLAG(uint64_t, max_namespaces, cache_invalidation::kMaxNamespaces,
          "Limit on namespaces; more are refused.");
ABSL_FLAG(
    uint64_t, max_entries_per_namespace, cache_invalidation::kMaxTrackedEntriesPerNamespace,
    "Limit on the tracked entries of a namespace. Beyond it the oldest are dropped, by an event.");
ABSL_FLAG(
    uint64_t, max_entry_parts_per_namespace, cache_invalidation::kMaxEntryPartsPerNamespace,
    "Limit on the sum of a namespace's entries, the tags they carry and the dependencies they "
    "own. Beyond it the oldest entries are dropped, by an event.");
ABSL_FLAG(uint64_t, max_subscriptions, cache_invalidation::kMaxSubscriptions,
          "Limit on concurrent Subscribe calls; more are refused.");
ABSL_FLAG(uint64_t, event_cache_bytes, cache_invalidation::ServerOptions().event_cache_bytes,
          "Limit on events kept in memory, in bytes, for subscribers near the head.");
ABSL_FLAG(
    uint64_t, event_retention_bytes, cache_invalidation::ServerOptions().event_retention.bytes,
    "Limit on events retained in the store, in bytes, of all namespaces together, for "
    "subscribers that reconnect. A higher limit lets them stay disconnected for longer without "
    "dropping their caches. What retained events invalidated is also kept in memory, and with "
    "--durability=memory the events themselves.");
ABSL_FLAG(
    absl::Duration, event_retention_age, cache_invalidation::ServerOptions().event_retention.age,
    "Limit on the age of retained events. At a start the age of stored events counts from zero.");
ABSL_FLAG(absl::Duration, heartbeat, cache_invalidation::kDefaultHeartbeat,
          "Longest time without a message on a subscriber's stream.");
ABSL_FLAG(
    std::optional<absl::Duration>, longest_earlier_lease, std::nullopt,
    "Upper bound on the leases that earlier servers granted. For this time after a start, "
    "calls that wait for subscribers also wait for those of earlier servers, unless the store "
    "has a shorter lease on record. 0: there are none. Default: 1m. If --data_dir is new and "
    "empty, they do not wait but say that some may be late, and wait once a subscriber of another "
    "server connects.");
ABSL_FLAG(
    absl::Duration, drain_delay, absl::ZeroDuration(),
    "After SIGTERM or SIGINT the server is not ready, but serves as before for this time: load "
    "balancers take it out before it ends. --shutdown_grace begins afterwards.");
ABSL_FLAG(absl::Duration, shutdown_grace, absl::Seconds(5),
          "Time for calls to end after SIGTERM or SIGINT. At most a second later the process exits "
          "in any case. A second signal ends it at once.");

namespace cache_invalidation {
namespace {

constexpr char kUsage[] =
    "Tagged Cache Invalidation System: receives database writes and tells every cache what to "
    "drop.\n\n"
    "  cache_invalidation_server --data_dir=PATH --grpc_port=7400 --http_port=7401\n\n"
    "Flags can also be read from a file, one per line: --flagfile=PATH.";

void ConfigureHelp() {
  absl::SetProgramUsageMessage(kUsage);
  absl::FlagsUsageConfig config;
  // --help shows the flags of the server, and none of the libraries.
  config.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "server/flags.cc") ||
           absl::EndsWith(file, "server/address_flags.cc") ||
           absl::EndsWith(file, "server/log_flags.cc");
  };
  config.version_string = [] {
    return absl::StrCat("cache_invalidation_server ", CACHE_INVALIDATION_VERSION_STRING, "\n");
  };
  absl::SetFlagsUsageConfig(config);
}

absl::Status CheckDurability(const PersistenceOptions& options) {
  const bool keeps = options.durability != Durability::kMemory;
  if (keeps && options.data_dir.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--data_dir: expected the directory that keeps the state, as --durability=",
                     DurabilityName(options.durability),
                     " asks for; or start with --durability=memory, which keeps nothing"));
  }
  if (!keeps && !options.data_dir.empty()) {
    return absl::InvalidArgumentError(
        "--data_dir: expected none with --durability=memory, which keeps nothing");
  }
  return absl::OkStatus();
}

absl::Status CheckNamespaces(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (absl::Status status = CheckNamespaceName(name); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--namespaces: ", status.message(), ", got \"", name, "\""));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  // Enough for the rules of a namespace, whose every text is as long as it may be.
  constexpr size_t kMaxBytes = 64 << 20;
  absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxBytes + 1);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", path, ": ", text.status().message()));
  }
  if (text->size() > kMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": expected at most 64 MiB"));
  }
  return text;
}

absl::StatusOr<std::vector<engine::Rule>> DefaultRules() {
  if (!absl::GetFlag(FLAGS_default_rules)) return std::vector<engine::Rule>();
  const std::string path = absl::GetFlag(FLAGS_default_rules_file);
  if (path.empty()) return rpc::ParseRuleFile(DefaultRulesJson());
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<engine::Rule>> rules = rpc::ParseRuleFile(*text);
  if (!rules.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", rules.status().message()));
  }
  return rules;
}

// Maximum of `--max_request_bytes`: a mailbox holds a few such requests.
constexpr size_t kLargestRequestBytes = kMaxMailboxBytes / 4;
// Maximum of flags for bytes or counts that have no other bound: sums of such numbers stay far from
// overflow.
constexpr uint64_t kLargestFlagValue = uint64_t{1} << 40;
// Maximum of flags for durations.
constexpr absl::Duration kLargestFlagDuration = absl::Hours(24 * 3650);

template <typename Value>
struct Range {
  const char* flag;
  Value value;
  Value least;
  Value most;
};

// Requests with names of the greatest length fit.
constexpr uint64_t kLeastRequestBytes = 4 << 10;
// With less there is no history: fills are checked against it, and would all be refused.
constexpr uint64_t kLeastRetentionBytes = 64 << 10;
constexpr absl::Duration kLeastRetentionAge = absl::Seconds(1);
constexpr uint64_t kLeastStoreBytes = 1 << 20;
// An empty server uses about 30 MB.
constexpr uint64_t kLeastMemoryBytes = 64 << 20;
// More frequent heartbeats cost CPU for each subscriber, for no benefit.
constexpr absl::Duration kLeastHeartbeat = absl::Milliseconds(100);

std::string Text(uint64_t number) { return absl::StrCat(number); }
std::string Text(absl::Duration time) { return absl::FormatDuration(time); }

template <typename Value>
absl::Status CheckRange(const Range<Value>& range) {
  if (range.value >= range.least && range.value <= range.most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", range.flag, ": expected ", Text(range.least),
                                                 " to ", Text(range.most), ", got ",
                                                 Text(range.value)));
}

// Checks the range of each number and each time of the command line. INVALID_ARGUMENT names the
// flag, the value and the range.
absl::Status CheckRanges(const ParsedFlags& flags) {
  const ServerOptions& options = flags.options;
  const Range<uint64_t> numbers[] = {
      {"shards", options.shards, 0, kMaxShards},
      {"max_request_bytes", options.max_request_bytes, kLeastRequestBytes, kLargestRequestBytes},
      {"max_namespaces", options.max_namespaces, 1, kLargestFlagValue},
      {"max_entries_per_namespace", options.limits.entries, 1, kLargestFlagValue},
      {"max_entry_parts_per_namespace", options.limits.entry_parts, 1, kLargestFlagValue},
      {"max_subscriptions", options.max_subscriptions, 1, kLargestFlagValue},
      {"event_cache_bytes", options.event_cache_bytes, 0, kLargestFlagValue},
      {"event_retention_bytes", options.event_retention.bytes, kLeastRetentionBytes,
       kLargestFlagValue},
      {"store_memory_bytes", options.persistence.memory_bytes, kLeastStoreBytes, kLargestFlagValue},
  };
  for (const Range<uint64_t>& range : numbers) {
    if (absl::Status status = CheckRange(range); !status.ok()) return status;
  }
  const Range<absl::Duration> times[] = {
      {"event_retention_age", options.event_retention.age, kLeastRetentionAge,
       kLargestFlagDuration},
      {"heartbeat", options.heartbeat, kLeastHeartbeat, absl::Hours(1)},
      {"longest_earlier_lease", options.longest_earlier_lease.value_or(absl::ZeroDuration()),
       absl::ZeroDuration(), kMaxLease},
      {"drain_delay", flags.drain_delay, absl::ZeroDuration(), kLargestFlagDuration},
      {"shutdown_grace", flags.shutdown_grace, absl::ZeroDuration(), kLargestFlagDuration},
  };
  for (const Range<absl::Duration>& range : times) {
    if (absl::Status status = CheckRange(range); !status.ok()) return status;
  }
  if (options.max_memory_bytes == 0) return absl::OkStatus();
  return CheckRange<uint64_t>(
      {"max_memory", options.max_memory_bytes, kLeastMemoryBytes, kLargestFlagValue});
}

}  // namespace

absl::StatusOr<ParsedFlags> ParseFlags(int argc, char** argv) {
  ConfigureHelp();
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("expected flags only, got \"", rest[1], "\""));
  }
  ParsedFlags parsed;
  if (absl::Status status = TakeAddressFlags(parsed.options); !status.ok()) return status;
  parsed.options.persistence = {.durability = absl::GetFlag(FLAGS_durability),
                                .data_dir = absl::GetFlag(FLAGS_data_dir),
                                .memory_bytes = absl::GetFlag(FLAGS_store_memory_bytes),
                                .new_epoch = absl::GetFlag(FLAGS_new_epoch),
                                .boot_id = ""};
  if (absl::Status status = CheckDurability(parsed.options.persistence); !status.ok()) {
    return status;
  }
  parsed.options.namespaces = absl::GetFlag(FLAGS_namespaces);
  if (absl::Status status = CheckNamespaces(parsed.options.namespaces); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::vector<engine::Rule>> rules = DefaultRules();
  if (!rules.ok()) return rules.status();
  parsed.options.default_rules = *std::move(rules);
  parsed.options.policy_file = absl::GetFlag(FLAGS_policy_file);
  parsed.options.audit_log = absl::GetFlag(FLAGS_audit_log);
  parsed.options.reflection = absl::GetFlag(FLAGS_reflection);
  parsed.options.shards = absl::GetFlag(FLAGS_shards);
  parsed.options.max_request_bytes = absl::GetFlag(FLAGS_max_request_bytes);
  parsed.options.max_memory_bytes = absl::GetFlag(FLAGS_max_memory);
  parsed.options.max_namespaces = absl::GetFlag(FLAGS_max_namespaces);
  parsed.options.limits.entries = absl::GetFlag(FLAGS_max_entries_per_namespace);
  parsed.options.limits.entry_parts = absl::GetFlag(FLAGS_max_entry_parts_per_namespace);
  parsed.options.max_subscriptions = absl::GetFlag(FLAGS_max_subscriptions);
  parsed.options.event_cache_bytes = absl::GetFlag(FLAGS_event_cache_bytes);
  parsed.options.event_retention = {.bytes = absl::GetFlag(FLAGS_event_retention_bytes),
                                    .age = absl::GetFlag(FLAGS_event_retention_age)};
  parsed.options.heartbeat = absl::GetFlag(FLAGS_heartbeat);
  parsed.options.longest_earlier_lease = absl::GetFlag(FLAGS_longest_earlier_lease);
  parsed.drain_delay = absl::GetFlag(FLAGS_drain_delay);
  parsed.shutdown_grace = absl::GetFlag(FLAGS_shutdown_grace);
  parsed.port_file = absl::GetFlag(FLAGS_port_file);
  if (absl::Status status = CheckRanges(parsed); !status.ok()) return status;
  return parsed;
}

}  // namespace cache_invalidation
