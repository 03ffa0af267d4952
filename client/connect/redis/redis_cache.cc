// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_cache.h"

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/connect/sink_queue.h"
#include "re2/re2.h"

namespace cache_invalidation::connect {
namespace {

// Keys of one UNLINK: 0.25 us for each key instead of 0.74 us one by one.
constexpr size_t kKeysPerCommand = 500;
// Keys for one step of SCAN, which holds up other clients for about a millisecond.
constexpr char kScanCount[] = "1000";

absl::Status Refused(absl::string_view what, const RedisResult& result) {
  return absl::UnavailableError(absl::StrCat("Redis refuses ", what, ": ", result.error));
}

absl::Status StandBy() { return absl::AbortedError("standing by: another process has the lease"); }

template <typename Keys>
std::vector<RedisCommand> UnlinksOf(const Keys& keys, size_t per_command = kKeysPerCommand) {
  std::vector<RedisCommand> unlinks;
  for (const std::string& key : keys) {
    if (unlinks.empty() || unlinks.back().size() > per_command) unlinks.push_back({"UNLINK"});
    unlinks.back().push_back(key);
  }
  return unlinks;
}

std::string Lease() { return absl::StrCat(absl::ToInt64Milliseconds(RedisCache::kLease)); }

// Returns a glob of Redis for all that begins with what these have in common.
std::string GlobOf(const std::vector<std::string>& prefixes) {
  absl::string_view common = prefixes.front();
  for (const std::string& prefix : prefixes) {
    while (!absl::StartsWith(prefix, common)) common.remove_suffix(1);
  }
  std::string glob;
  for (const char c : common) {
    if (absl::string_view("*?[]^-\\").find(c) != absl::string_view::npos) glob += '\\';
    glob += c;
  }
  return glob + "*";
}

}  // namespace

std::string InfoValue(absl::string_view info, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(info, '\n')) {
    if (absl::ConsumePrefix(&line, name) && absl::ConsumePrefix(&line, ":")) {
      return std::string(absl::StripSuffix(line, "\r"));
    }
  }
  return "";
}

std::string FaultOf(absl::string_view info) {
  if (InfoValue(info, "cluster_enabled") == "1") {
    return "a cluster of Redis is not supported: its keys are apart";
  }
  if (InfoValue(info, "role") != "master") return "this Redis is a replica: name the master";
  return "";
}

RedisCache::RedisCache(const RedisOptions& options, std::string id, RedisConnection& connection,
                       std::stop_token stop, RedisStatus& status)
    : options_(options),
      id_(std::move(id)),
      fingerprint_(Fingerprint(options)),
      connection_(connection),
      stop_(std::move(stop)),
      status_(status) {}

absl::Status RedisCache::Open() {
  const auto results = connection_.RunAll({{"INFO"}, {"GET", options_.position_key()}});
  if (!results.ok()) return results.status();
  const std::string info = results->front().text.value_or("");
  const std::string fault = FaultOf(info);
  if (!fault.empty()) return absl::UnavailableError(fault);
  replication_id_ = InfoValue(info, "master_replid");
  position_ = results->back().text;
  return Renew();
}

std::optional<client::Position> RedisCache::position() const {
  return position_.has_value() ? ParseSinkPosition(*position_, fingerprint_) : std::nullopt;
}

absl::Status RedisCache::TakeLease() {
  const auto taken = connection_.Run({"SET", options_.owner_key(), id_, "NX", "PX", Lease()});
  if (!taken.ok()) return taken.status();
  // A full Redis has no room for a lease. Two sinks then drop the same, which is harmless.
  if (taken->IsError("OOM")) return absl::OkStatus();
  if (taken->is_error()) return Refused("the lease", *taken);
  return taken->is_null ? StandBy() : absl::OkStatus();
}

// Leaves the position watched: it changes in Redis only together with what follows, or not at all.
absl::Status RedisCache::Watch() {
  const auto results = connection_.RunAll({{"WATCH", options_.position_key()},
                                           {"MGET", options_.owner_key(), options_.position_key()},
                                           {"INFO", "replication"}});
  if (!results.ok()) return results.status();
  const std::vector<RedisResult>& values = (*results)[1].elements;
  if (values.size() != 2) return absl::UnavailableError("Redis: unexpected reply to MGET");
  const RedisResult& owner = values[0];
  const RedisResult& position = values[1];
  const std::string info = results->back().text.value_or("");
  // Behind a proxy the connection can survive a failover. A position that is gone was evicted: the
  // server is the same one.
  if (InfoValue(info, "role") != "master" || InfoValue(info, "master_replid") != replication_id_ ||
      (!position.is_null && position.text != position_)) {
    status_.Update([](RedisFigures& figures) { ++figures.rewinds; });
    return absl::AbortedError("Redis is not in the state that it was left in");
  }
  if (owner.is_null) return TakeLease();
  return owner.text == id_ ? absl::OkStatus() : StandBy();
}

absl::Status RedisCache::Renew() {
  absl::Status status = Watch();
  if (!status.ok()) return status;
  return connection_.RunAll({{"UNWATCH"}, {"PEXPIRE", options_.owner_key(), Lease()}}).status();
}

void RedisCache::Release() {
  if (Watch().ok()) (void)connection_.Pipeline({{"UNWATCH"}, {"UNLINK", options_.owner_key()}});
}

absl::StatusOr<bool> RedisCache::Drop(const SinkTargets& targets,
                                      const std::optional<client::Position>& position) {
  absl::Status status;
  if (targets.everything) {
    status = DropEverything();
  } else if (!targets.scans.empty()) {
    status = ScanFor(targets);
  }
  if (!status.ok()) return status;
  std::vector<RedisCommand> unlinks = UnlinksOf(targets.keys);
  for (RedisCommand& once : UnlinksOf(targets.once)) unlinks.push_back(std::move(once));
  if (position.has_value()) return Reach(unlinks, *position);
  status = Unlink(unlinks);
  if (!status.ok()) return status;
  return false;
}

absl::Status RedisCache::Unlink(const std::vector<RedisCommand>& unlinks) {
  const auto results = connection_.Pipeline(unlinks);
  absl::Status status = results.status();
  for (size_t i = 0; i < unlinks.size() && status.ok(); ++i) {
    status = TakeUnlinked(unlinks[i], (*results)[i]);
  }
  return status;
}

absl::Status RedisCache::TakeUnlinked(const RedisCommand& unlink, const RedisResult& result) {
  const std::vector<std::string> keys(unlink.begin() + 1, unlink.end());
  if (result.IsError("NOPERM")) {
    // One key that is not permitted makes Redis refuse all of a command.
    if (keys.size() > 1) return Unlink(UnlinksOf(keys, /*per_command=*/1));
    status_.Update([](RedisFigures& figures) { ++figures.refused; });
    return absl::OkStatus();
  }
  if (result.is_error()) return Refused("UNLINK", result);
  status_.Update([&](RedisFigures& figures) {
    figures.sent += keys.size();
    figures.unlinked += static_cast<uint64_t>(result.number);
  });
  return absl::OkStatus();
}

absl::StatusOr<bool> RedisCache::Reach(const std::vector<RedisCommand>& unlinks,
                                       const client::Position& position) {
  const std::string text = FormatSinkPosition(position, fingerprint_);
  absl::StatusOr<Outcome> outcome = Commit(unlinks, text);
  if (outcome.ok() && *outcome != Outcome::kDone) {
    // Something in it was refused, and so all of it.
    absl::Status status = Unlink(unlinks);
    if (!status.ok()) return status;
    if (*outcome == Outcome::kRefused) outcome = Commit({}, text);
  }
  if (!outcome.ok()) return outcome.status();
  switch (*outcome) {
    case Outcome::kDone:
      position_ = text;
      return true;
    case Outcome::kFull:
      status_.Update([](RedisFigures& figures) { ++figures.without_position; });
      return false;
    case Outcome::kRefused:
      break;
  }
  return absl::UnavailableError("Redis refuses to keep the position");
}

absl::StatusOr<RedisCache::Outcome> RedisCache::Commit(const std::vector<RedisCommand>& unlinks,
                                                       const std::string& position) {
  absl::Status status = Watch();
  if (!status.ok()) return status;
  std::vector<RedisCommand> commands = {{"MULTI"}};
  commands.insert(commands.end(), unlinks.begin(), unlinks.end());
  commands.push_back({"SET", options_.position_key(), position});
  commands.push_back({"PEXPIRE", options_.owner_key(), Lease()});
  commands.push_back({"EXEC"});
  const auto results = connection_.Pipeline(commands);
  if (!results.ok()) return results.status();
  const RedisResult& executed = results->back();
  if (executed.IsError("EXECABORT")) {
    Outcome outcome = Outcome::kRefused;
    for (const RedisResult& result : *results) {
      if (result.IsError("OOM")) outcome = Outcome::kFull;
      const bool is_known = !result.is_error() || result.IsError("OOM") ||
                            result.IsError("NOPERM") || &result == &executed;
      if (!is_known) return Refused("a write", result);
    }
    return outcome;
  }
  if (executed.is_error()) return Refused("EXEC", executed);
  if (executed.is_null || executed.elements.size() + 2 != commands.size()) {
    return absl::AbortedError("another process has written the position");
  }
  for (size_t i = 0; i < executed.elements.size() && status.ok(); ++i) {
    const RedisResult& result = executed.elements[i];
    if (i < unlinks.size()) {
      status = TakeUnlinked(unlinks[i], result);
    } else if (result.is_error()) {
      status = Refused("a write", result);
    }
  }
  if (!status.ok()) return status;
  return Outcome::kDone;
}

absl::Status RedisCache::DropEverything() {
  const std::string& versions = options_.versions;
  if (!versions.empty()) {
    absl::Status status = Unlink({{"UNLINK", versions}});
    if (!status.ok()) return status;
  }
  if (options_.everything == RedisEverything::kVersion) return absl::OkStatus();
  if (options_.everything == RedisEverything::kFlush) {
    return connection_.RunAll({{"FLUSHDB", "ASYNC"}}).status();
  }
  std::vector<std::string> prefixes = options_.prefixes;
  if (!versions.empty()) prefixes.push_back(versions);
  return Scan(prefixes, [&](absl::string_view key) {
    return IsCacheKey(options_, key) || (!versions.empty() && absl::StartsWith(key, versions));
  });
}

absl::Status RedisCache::ScanFor(const SinkTargets& targets) {
  std::vector<std::string> prefixes;
  std::vector<std::unique_ptr<RE2>> patterns;
  for (const auto& [prefix, pattern] : targets.scans) {
    prefixes.push_back(prefix);
    patterns.push_back(pattern.empty() ? nullptr : std::make_unique<RE2>(pattern, RE2::Quiet));
  }
  return Scan(prefixes, [&](absl::string_view key) {
    for (size_t i = 0; i < prefixes.size() && IsCacheKey(options_, key); ++i) {
      absl::string_view rest = key;
      if (!absl::ConsumePrefix(&rest, prefixes[i])) continue;
      if (patterns[i] == nullptr || RE2::FullMatch({rest.data(), rest.size()}, *patterns[i])) {
        return true;
      }
    }
    return false;
  });
}

absl::Status RedisCache::Scan(const std::vector<std::string>& prefixes,
                              const std::function<bool(absl::string_view key)>& is_hit) {
  status_.Update([](RedisFigures& figures) { ++figures.scans; });
  const std::string glob = GlobOf(prefixes);
  std::string cursor = "0";
  do {
    // A pass can last longer than the lease.
    const auto results = connection_.RunAll({{"SCAN", cursor, "MATCH", glob, "COUNT", kScanCount},
                                             {"PEXPIRE", options_.owner_key(), Lease()}});
    if (!results.ok()) return results.status();
    const std::vector<RedisResult>& step = results->front().elements;
    if (step.size() != 2) return absl::UnavailableError("Redis: unexpected reply to SCAN");
    cursor = step[0].text.value_or("0");
    std::vector<std::string> hit;
    for (const RedisResult& key : step[1].elements) {
      if (key.text.has_value() && is_hit(*key.text)) hit.push_back(*key.text);
    }
    absl::Status status = Unlink(UnlinksOf(hit));
    if (!status.ok()) return status;
    if (stop_.stop_requested()) return absl::CancelledError("stopped");
  } while (cursor != "0");
  return absl::OkStatus();
}

}  // namespace cache_invalidation::connect
