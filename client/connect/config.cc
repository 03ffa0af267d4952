#include "client/connect/config.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/connect/http_sink_config.h"
#include "client/connect/yaml_section.h"
#include "common/regular_file.h"

namespace cache_invalidation::connect {
namespace {

constexpr size_t kMaxSecretBytes = 64 << 10;
// PostgreSQL's: a name in its catalog.
constexpr size_t kMaxSlotBytes = 63;

constexpr absl::string_view kFormats[] = {"text", "json"};
constexpr absl::string_view kLevels[] = {"debug", "info", "warning", "error"};

// Only where secrets are expected: other values, such as patterns, may contain ${.
absl::StatusOr<std::string> Expanded(const std::string& value, const SecretSources& secrets) {
  absl::string_view inner = value;
  if (!absl::ConsumePrefix(&inner, "${") || !absl::ConsumeSuffix(&inner, "}")) return value;
  const bool is_file = absl::ConsumePrefix(&inner, "file:");
  const std::string name(inner);
  const std::optional<std::string> secret = is_file ? secrets.file(name) : secrets.variable(name);
  if (secret.has_value()) return *secret;
  return absl::InvalidArgumentError(is_file ? absl::StrCat("cannot read the file ", name)
                                            : absl::StrCat("the variable ", name, " is not set"));
}

void ReadSecret(YamlSection& section, absl::string_view name, const SecretSources& secrets,
                std::string& out) {
  section.Text(name, out);
  absl::StatusOr<std::string> expanded = Expanded(out, secrets);
  if (!expanded.ok()) {
    return section.Fail(absl::StrCat(name, ": ", expanded.status().message()));
  }
  out = *std::move(expanded);
}

void ReadService(YamlSection& root, const SecretSources& secrets, Config& config) {
  YamlSection service(root, "service");
  service.Require("endpoint");
  service.Text("endpoint", config.endpoint);
  service.Text("namespace", config.service.namespace_name);
  ReadSecret(service, "token", secrets, config.service.token);
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

void ReadPostgres(YamlSection& source, const SecretSources& secrets, SourceOptions& options) {
  YamlSection postgres(source, "postgres");
  for (const char* name : {"connection", "publication", "slot"}) postgres.Require(name);
  postgres.Text("connection", options.postgres.connection);
  ReadSecret(postgres, "password", secrets, options.postgres.password);
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

void ReadTables(YamlSection& source, absl::Status& status, SourceOptions& options) {
  std::vector<TableRule> rules;
  source.Sections("tables", [&](YamlSection& table) {
    TableRule rule{.line = table.line()};
    table.Require("match");
    table.Text("match", rule.match);
    table.Bool("ignore", rule.ignore);
    table.Text("type", rule.type);
    table.Text("id_prefix", rule.id_prefix);
    table.Texts("key", rule.key);
    table.Texts("tags", rule.tags);
    rules.push_back(std::move(rule));
  });
  absl::StatusOr<TableRules> parsed = TableRules::Parse(std::move(rules));
  if (!parsed.ok()) {
    status.Update(parsed.status());
  } else {
    options.tables = *std::move(parsed);
  }
}

void ReadSource(YamlSection& source, const SecretSources& secrets, absl::Status& status,
                SourceOptions& options) {
  source.Require("postgres");
  ReadPostgres(source, secrets, options);
  YamlSection outbox(source, "outbox");
  if (outbox.present()) outbox.Require("prefix");
  outbox.Text("prefix", options.outbox.prefix);
  outbox.Bool("allow_everything", options.outbox.allow_everything);
  outbox.Finish();
  ReadTables(source, status, options);
  source.Finish();
}

void ReadSink(YamlSection& sink, const SecretSources& secrets, Config& config) {
  HttpSinkOptions& options = config.http_sink.emplace();
  options.state_file = config.source.state_file;
  sink.Text("name", options.name);
  sink.Require("http");
  YamlSection http(sink, "http");
  ReadHttpSink(
      http,
      [&](YamlSection& section, absl::string_view name, std::string& out) {
        ReadSecret(section, name, secrets, out);
      },
      options);
  sink.Finish();
}

}  // namespace

SecretSources ProcessSecrets() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          .file = [](const std::string& path) -> std::optional<std::string> {
            absl::StatusOr<std::string> content = ReadRegularFile(path, kMaxSecretBytes);
            if (!content.ok()) return std::nullopt;
            while (absl::EndsWith(*content, "\n") || absl::EndsWith(*content, "\r")) {
              content->pop_back();
            }
            return *std::move(content);
          }};
}

absl::StatusOr<Config> ParseConfig(const std::string& yaml, const SecretSources& secrets) {
  YamlError error;
  const absl::StatusOr<YamlNode> document = ParseYaml(yaml, &error);
  if (!document.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("line ", error.line, ": ", error.message));
  }
  Config config;
  absl::Status status;
  YamlSection root(*document, status);
  for (const char* name : {"service", "state_file"}) root.Require(name);
  ReadService(root, secrets, config);
  root.Text("state_file", config.source.state_file);
  YamlSection http(root, "http");
  http.Text("listen", config.http_listen);
  http.Finish();
  YamlSection log(root, "log");
  log.Word("format", kFormats, config.log_format);
  log.Word("level", kLevels, config.log_level);
  log.Finish();
  YamlSection source(root, "source");
  YamlSection sink(root, "sink");
  if (source.present() == sink.present()) root.Fail("expected a source or a sink, and not both");
  if (source.present()) ReadSource(source, secrets, status, config.source);
  if (sink.present()) ReadSink(sink, secrets, config);
  root.Finish();
  if (!status.ok()) return status;
  return config;
}

}  // namespace cache_invalidation::connect
