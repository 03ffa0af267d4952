#include "client/connect/sink_config.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::string_view kRedisEverything[] = {"unlink", "version", "flush"};
constexpr absl::string_view kPresets[] = {"varnish", "fastly", "cloudflare", "custom"};
constexpr absl::string_view kKeys[] = {"purge", "everything", "ignore"};
constexpr absl::string_view kHttpEverything[] = {"purge_all", "key"};
constexpr absl::string_view kMarkStale[] = {"purge", "soft"};

constexpr size_t kMaxDatabase = 1'000'000;
constexpr size_t kMaxPerSecond = 100'000;
constexpr size_t kMaxTargets = 1'000'000'000;

void ReadTemplates(YamlSection& redis, RedisOptions& options) {
  redis.Sections("templates", [&](YamlSection& section) {
    std::string tag;
    std::vector<std::string> keys;
    section.Require("tag");
    section.Text("tag", tag);
    section.Texts("keys", keys);
    absl::StrAppend(&options.templates_text, tag);
    for (const std::string& key : keys) absl::StrAppend(&options.templates_text, " ", key);
    options.templates_text += ";";
    auto parsed = KeyTemplate::Parse(tag, std::move(keys));
    section.Update(parsed.status());
    if (parsed.ok()) options.templates.push_back(*std::move(parsed));
  });
}

bool Is(const std::string& text, const char* pattern) { return RE2::FullMatch(text, pattern); }

// A user in a URL would be shown in metrics.
constexpr char kUrl[] = R"(https?://[^/ @"\\[:cntrl:]][^ @"\\[:cntrl:]]*)";
constexpr char kWord[] = "[A-Za-z0-9_-]+";
constexpr char kHeader[] = "[A-Za-z0-9_-]+:[^[:cntrl:]]*";
constexpr char kPlain[] = "[^[:cntrl:]]*";

void ReadRequest(YamlSection& http, absl::string_view name, RequestTemplate& out) {
  YamlSection request(http, name);
  request.Text("method", out.method);
  request.Texts("headers", out.headers);
  request.Text("body", out.body);
  if (!Is(out.method, kWord)) request.Fail("method: expected letters");
  for (const std::string& header : out.headers) {
    if (!Is(header, kHeader)) {
      request.Fail("headers: expected `Name: value`, without control characters");
    }
  }
  request.Finish();
}

void CheckPreset(YamlSection& http, HttpSinkOptions& options) {
  const bool is_cdn = options.preset == Preset::kFastly || options.preset == Preset::kCloudflare;
  const bool is_custom = options.preset == Preset::kCustom;
  if (is_cdn && options.endpoints.empty()) {
    options.endpoints = {options.preset == Preset::kFastly ? "https://api.fastly.com"
                                                           : "https://api.cloudflare.com"};
  }
  if (options.endpoints.empty()) http.Fail("endpoints is missing");
  for (const std::string& url : options.endpoints) {
    if (!Is(url, kUrl)) http.Fail("endpoints: expected http:// or https:// URLs without a user");
  }
  if (is_cdn != Is(options.id, kWord) || (!is_cdn && !options.id.empty())) {
    http.Fail("id: expected that of the service (fastly) or the zone (cloudflare), for these only");
  }
  if (is_cdn == options.token.empty() || !Is(options.token, kPlain)) {
    http.Fail("token: expected for fastly and cloudflare, and for these only");
  }
  const auto names_keys = [](const RequestTemplate& request) {
    const auto names = [](const std::string& text) {
      return absl::StrContains(text, "{keys}") || absl::StrContains(text, "{json}");
    };
    return names(request.body) ||
           std::any_of(request.headers.begin(), request.headers.end(), names);
  };
  if (is_custom && !names_keys(options.request)) {
    http.Fail("request: expected {keys} or {json} in a header or the body");
  }
  if (options.soft && (is_custom || options.preset == Preset::kCloudflare)) {
    http.Fail("mark_stale: this preset cannot mark pages as stale");
  }
}

}  // namespace

void ReadRedis(YamlSection& redis, RedisOptions& options) {
  for (const char* name : {"address", "name", "prefixes", "everything"}) redis.Require(name);
  redis.Text("address", options.redis.address);
  redis.Text("user", options.redis.user);
  redis.Secret("password", options.redis.password);
  redis.Number("database", 0, kMaxDatabase, options.redis.database);
  redis.Text("name", options.name);
  redis.Texts("prefixes", options.prefixes);
  redis.Text("key_prefix", options.key_prefix);
  redis.Text("versions", options.versions);
  ReadTemplates(redis, options);
  redis.Word("everything", kRedisEverything, options.everything);
  redis.Bool("i_own_this_database", options.i_own_this_database);
  redis.Durations("again_after", options.queue.again_after);
  redis.Number("max_targets", 1, kMaxTargets, options.queue.max_targets);
  redis.Update(CheckRedisOptions(options));
  redis.Finish();
}

void ReadHttpSink(YamlSection& http, HttpSinkOptions& options) {
  // These have no default: the wrong one serves old pages, or empties a cache that others use.
  for (const char* name : {"preset", "keys", "everything"}) http.Require(name);
  http.Word("preset", kPresets, options.preset);
  http.Texts("endpoints", options.endpoints);
  http.Text("id", options.id);
  http.Secret("token", options.token);
  http.Word("keys", kKeys, options.on_keys);
  http.Texts("key_prefixes", options.key_prefixes);
  http.Word("everything", kHttpEverything, options.on_everything);
  http.Word("mark_stale", kMarkStale, options.soft);
  http.Durations("again_after", options.queue.again_after);
  http.Number("requests_per_second", 1, kMaxPerSecond, options.requests_per_second);
  http.Number("burst", 0, kMaxPerSecond, options.burst);
  http.Number("max_pending", 1, kMaxTargets, options.queue.max_targets);
  http.Duration("timeout", options.timeout);
  if (options.preset == Preset::kCustom) {
    http.Require("request");
    if (options.on_everything == OnEverything::kPurgeAll) http.Require("everything_request");
    ReadRequest(http, "request", options.request);
    ReadRequest(http, "everything_request", options.everything_request);
  }
  CheckPreset(http, options);
  http.Finish();
}

}  // namespace cache_invalidation::connect
