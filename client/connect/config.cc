// SPDX-License-Identifier: Apache-2.0

#include "client/connect/config.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/connect/yaml_section.h"
#include "re2/re2.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::string_view kRedisEverything[] = {"unlink", "version", "flush"};
constexpr absl::string_view kPresets[] = {"varnish", "fastly", "cloudflare", "custom"};
constexpr absl::string_view kKeys[] = {"purge", "everything", "ignore"};
constexpr absl::string_view kHttpEverything[] = {"purge_all", "key"};
constexpr absl::string_view kMarkStale[] = {"purge", "soft"};

constexpr size_t kMaxDatabase = 1'000'000;
constexpr uint32_t kMaxPort = 65535;
constexpr size_t kMaxPerSecond = 100'000;
constexpr size_t kMaxTargets = 1'000'000'000;

// A user in a URL would be shown in metrics.
constexpr char kUrl[] = R"(https?://[^/ @"\\[:cntrl:]][^ @"\\[:cntrl:]]*)";
// A name in PostgreSQL's catalog.
constexpr char kSlot[] = "[a-z0-9_]{0,63}";
constexpr char kWord[] = "[A-Za-z0-9_-]+";
constexpr char kHeader[] = "[A-Za-z0-9_-]+:[^[:cntrl:]]*";
constexpr char kPlain[] = "[^[:cntrl:]]*";

bool Is(const std::string& text, const char* pattern) { return RE2::FullMatch(text, pattern); }

// host:port, or [host]:port.
bool IsAddress(const std::string& text) {
  uint32_t port = 0;
  return RE2::FullMatch(text, R"([^[:space:]]*:(\d{1,5}))", &port) && port <= kMaxPort;
}

void ReadService(YamlSection& root, Config& config) {
  YamlSection service(root, "service");
  service.Require("endpoint");
  service.Text("endpoint", config.endpoint);
  service.Text("namespace", config.service.namespace_name);
  service.Secret("token", config.service.token);
  service.Text("token_file", config.service.token_file);
  YamlSection tls(service, "tls");
  if (tls.present()) {
    client::TlsOptions& options = config.service.tls.emplace();
    tls.Text("ca_file", options.root_certificates_file);
    tls.Text("cert_file", options.certificate_chain_file);
    tls.Text("key_file", options.private_key_file);
    tls.Text("server_name", options.server_name);
  }
  tls.Finish();
  service.Finish();
}

void ReadPostgres(YamlSection& source, SourceOptions& options) {
  YamlSection postgres(source, "postgres");
  for (const char* name : {"connection", "publication", "slot"}) postgres.Require(name);
  postgres.Text("connection", options.postgres.connection);
  postgres.Secret("password", options.postgres.password);
  postgres.Text("publication", options.publication);
  postgres.Text("slot", options.slot);
  postgres.Bool("allow_unbounded_wal", options.allow_unbounded_wal);
  postgres.Duration("release_after", options.release_after);
  postgres.Duration("wal_sender_timeout", options.postgres.wal_sender_timeout);
  if (!Is(options.slot, kSlot)) {
    postgres.Fail("slot: expected at most 63 lower case letters, digits and _");
  }
  postgres.Finish();
}

void ReadTable(YamlSection& table, TableRules& rules) {
  TableRule rule;
  table.Require("match");
  table.Text("match", rule.match);
  table.Bool("ignore", rule.ignore);
  table.Text("type", rule.type);
  table.Text("id_prefix", rule.id_prefix);
  table.Texts("key", rule.key);
  table.Texts("tags", rule.tags);
  table.Update(rules.Add(std::move(rule)));
}

void ReadSource(YamlSection& source, SourceOptions& options) {
  source.Require("postgres");
  ReadPostgres(source, options);
  YamlSection outbox(source, "outbox");
  if (outbox.present()) outbox.Require("prefix");
  outbox.Text("prefix", options.outbox.prefix);
  outbox.Bool("allow_everything", options.outbox.allow_everything);
  outbox.Finish();
  source.Sections("tables", [&](YamlSection& table) { ReadTable(table, options.tables); });
  source.Finish();
}

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

void ReadSink(YamlSection& sink, Config& config) {
  YamlSection http(sink, "http");
  YamlSection redis(sink, "redis");
  if (http.present() == redis.present()) sink.Fail("expected redis or http, and not both");
  if (http.present()) {
    HttpSinkOptions& options = config.http_sink.emplace();
    sink.Text("name", options.name);
    ReadHttpSink(http, options);
  } else {
    ReadRedis(redis, config.redis.emplace());
  }
  sink.Finish();
}

}  // namespace

absl::StatusOr<Config> ParseConfig(const std::string& yaml, const SecretSources& secrets) {
  YamlError error;
  const absl::StatusOr<YamlNode> document = ParseYaml(yaml, &error);
  if (!document.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("line ", error.line, ": ", error.message));
  }
  Config config;
  absl::Status status;
  YamlSection root(*document, secrets, status);
  root.Require("service");
  ReadService(root, config);
  YamlSection http(root, "http");
  http.Text("listen", config.http_listen);
  if (!IsAddress(config.http_listen)) {
    http.Fail("listen: expected host:port, with a port up to 65535");
  }
  http.Finish();
  YamlSection log(root, "log");
  log.Word("format", journal::kFormatNames, config.log_format);
  log.Word("level", journal::kLevelNames, config.log_level);
  log.Finish();
  YamlSection source(root, "source");
  YamlSection sink(root, "sink");
  if (source.present() == sink.present()) root.Fail("expected a source or a sink, and not both");
  if (sink.present()) ReadSink(sink, config);
  if (!config.redis.has_value()) {
    // The position in Redis is in Redis.
    root.Require("state_file");
    root.Text("state_file", config.source.state_file);
  }
  if (config.http_sink.has_value()) config.http_sink->state_file = config.source.state_file;
  if (source.present()) ReadSource(source, config.source);
  root.Finish();
  if (!status.ok()) return status;
  return config;
}

}  // namespace cache_invalidation::connect
