#include "client/connect/config.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/connect/sink_config.h"
#include "client/connect/yaml_section.h"

namespace cache_invalidation::connect {
namespace {

// PostgreSQL's: a name in its catalog.
constexpr size_t kMaxSlotBytes = 63;

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
  const bool is_slot =
      options.slot.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!is_slot || options.slot.size() > kMaxSlotBytes) {
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
