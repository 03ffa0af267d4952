// SPDX-License-Identifier: Apache-2.0

// Any bytes as the configuration of a connector: accepted, or refused with the line and without a
// secret. What was accepted drops nothing from Redis but caches, and sends no request to an HTTP
// cache in which a name could be anything but data.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "client/connect/config.h"
#include "client/connect/http/purge_request.h"
#include "client/connect/redis/redis_targets.h"
#include "client/event.h"
#include "common/check.h"

namespace cache_invalidation::connect {
namespace {

constexpr char kSecret[] = "dUsy4Kq9";

SecretSources Secrets() {
  const auto source = [](const std::string& name) -> std::optional<std::string> {
    if (absl::StrContains(name, "missing")) return std::nullopt;
    return kSecret;
  };
  return {.variable = source, .file = source};
}

client::Event SomeEvent() {
  using client::TargetKind;
  client::Event event;
  for (const char* tag : {"customer:7", "customer", "a:b:c", "order:a%20b", "x:{}\\1%"}) {
    event.invalidations.push_back({.target = TargetKind::kTag, .name = tag});
  }
  for (const char* key : {"page:1", "session:alice", "cache_invalidation:position:pages"}) {
    event.invalidations.push_back({.target = TargetKind::kKey, .name = key});
  }
  event.invalidations.push_back({.target = TargetKind::kPattern, .name = "page:.*"});
  return event;
}

void CheckRedis(const RedisOptions& options) {
  RedisTargetCounts counts;
  const SinkTargets targets = RedisTargetsOf(options, SomeEvent(), counts);
  for (const std::string& key : targets.keys) {
    const bool is_own = key == options.position_key() || key == options.owner_key();
    Check(is_own || IsCacheKey(options, key), "only keys of caches are dropped");
  }
  for (const std::string& version : targets.once) {
    Check(!options.versions.empty() && absl::StartsWith(version, options.versions),
          "only versions are dropped once");
  }
  Check(counts.unmatched_tags == 0 || options.versions.empty(), "every tag has a version");
  Check(!Fingerprint(options).empty(), "a position belongs to its options");
}

bool IsOneLine(const std::string& text) {
  for (const char byte : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(byte))) return false;
  }
  return true;
}

void CheckHttp(const HttpSinkOptions& options) {
  Check(!options.endpoints.empty(), "there is something to purge");
  Check(options.requests_per_second > 0, "a request is sent at some time");
  SinkTargets purges = PurgesOf(SomeEvent(), options);
  for (const SinkTargets& part : {purges, SinkTargets{.everything = true}}) {
    const HttpRequest request = RequestOf(part, options, options.endpoints.front());
    Check(absl::StartsWith(request.url, options.endpoints.front()), "it goes to the endpoint");
    Check(IsOneLine(request.url) && IsOneLine(request.method), "no name ends the first line");
    for (const std::string& header : request.headers) {
      Check(IsOneLine(header) && absl::StrContains(header, ':'), "no name ends a header");
    }
  }
}

void CheckSource(const SourceOptions& options) {
  Check(!options.publication.empty() && !options.slot.empty(), "it is known what is followed");
  Check(!options.state_file.empty(), "a gap can be noticed");
  for (const char* schema : {"public", "tenant_1"}) {
    const TableTreatment treatment = options.tables.Of(schema, "orders");
    Check(treatment.tags.size() <= 1'000'000, "tags are those of the rule");
  }
}

void Read(const std::string& yaml) {
  const absl::StatusOr<Config> config = ParseConfig(yaml, Secrets());
  if (!config.ok()) {
    const absl::string_view message = config.status().message();
    Check(absl::IsInvalidArgument(config.status()), "a refusal is INVALID_ARGUMENT");
    Check(absl::StartsWith(message, "line "), "a refusal says where");
    Check(!absl::StrContains(message, kSecret), "a refusal does not show a secret");
    return;
  }
  Check(!config->endpoint.empty(), "it is known whom to tell");
  Check(!config->redis.has_value() || !config->http_sink.has_value(), "it is one sink");
  if (config->redis.has_value()) {
    CheckRedis(*config->redis);
  } else if (config->http_sink.has_value()) {
    CheckHttp(*config->http_sink);
  } else {
    CheckSource(config->source);
  }
}

}  // namespace
}  // namespace cache_invalidation::connect

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::connect::Read(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
