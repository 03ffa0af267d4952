// SPDX-License-Identifier: Apache-2.0

#include "client/connect/config.h"

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

constexpr char kWhole[] = R"(service:
  endpoint: cache-invalidation:7400
  namespace: shop
  token: ${TOKEN}
  tls: { ca_file: /ca.pem }
state_file: /var/lib/connect/orders
http: { listen: "0.0.0.0:7402" }
log: { format: json, level: debug }
source:
  postgres:
    connection: "host=db dbname=shop"
    password: ${file:/run/secrets/pg}
    publication: cache_invalidation
    slot: cache_invalidation
    allow_unbounded_wal: true
    release_after: 5s
    wal_sender_timeout: 1m
  outbox: { prefix: cache_invalidation, allow_everything: true }
  tables:
    - { match: 'jobs_.*', ignore: true }
    - match: 'tenant_(\d+)\.(\w+)'
      type: '\2'
      id_prefix: '\1.'
      key: [order_no]
      tags: ['tenant:\1']
)";

SecretSources Secrets() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            if (name == "TOKEN") return "t0ken";
            return std::nullopt;
          },
          .file = [](const std::string& path) -> std::optional<std::string> {
            if (path == "/run/secrets/pg") return "pa55";
            return std::nullopt;
          }};
}

std::string ErrorIn(const std::string& whole, const std::string& from, const std::string& to) {
  const std::string text = absl::StrReplaceAll(whole, {{from, to}});
  EXPECT_NE(text, whole) << from;
  return std::string(ParseConfig(text, Secrets()).status().message());
}

std::string ErrorOf(const std::string& from, const std::string& to) {
  return ErrorIn(kWhole, from, to);
}

TEST(ConfigTest, EverythingInIt) {
  const auto config = ParseConfig(kWhole, Secrets());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->endpoint, "cache-invalidation:7400");
  EXPECT_EQ(config->service.namespace_name, "shop");
  EXPECT_EQ(config->service.token, "t0ken");
  EXPECT_EQ(config->service.tls->root_certificates_file, "/ca.pem");
  EXPECT_EQ(config->http_listen, "0.0.0.0:7402");
  EXPECT_EQ(config->log_format, journal::Format::kJson);
  EXPECT_EQ(config->log_level, journal::Level::kDebug);
  const SourceOptions& source = config->source;
  EXPECT_EQ(source.state_file, "/var/lib/connect/orders");
  EXPECT_EQ(source.postgres.connection, "host=db dbname=shop");
  EXPECT_EQ(source.postgres.password, "pa55");
  EXPECT_TRUE(source.allow_unbounded_wal);
  EXPECT_EQ(source.release_after, absl::Seconds(5));
  EXPECT_EQ(source.postgres.wal_sender_timeout, absl::Minutes(1));
  EXPECT_TRUE(source.outbox.allow_everything);
  EXPECT_TRUE(source.tables.Of("public", "jobs_1").ignore);
  const TableTreatment tenant = source.tables.Of("tenant_42", "orders");
  EXPECT_EQ(tenant.types.TypeOf("tenant_42", "orders"), "orders");
  EXPECT_EQ(tenant.id_prefix, "42.");
  EXPECT_EQ(tenant.key, std::vector<std::string>{"order_no"});
  EXPECT_EQ(tenant.tags, std::vector<std::string>{"tenant:42"});
  EXPECT_FALSE(source.tables.Of("public", "orders").ignore);
}

TEST(ConfigTest, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(ErrorOf("    slot:", "    slott:"), "line 11: slot is missing");
  EXPECT_EQ(ErrorOf("    release_after", "    relase_after"),
            "line 16: no such name: relase_after");
  EXPECT_EQ(ErrorOf("5s", "soon"), "line 16: release_after: expected a duration such as 20s or 1m");
  EXPECT_EQ(ErrorOf("ignore: true", "ignore: yes please"),
            "line 20: ignore: expected false or true");
  EXPECT_EQ(ErrorOf("jobs_.*", "jobs_(.*"), "line 20: match: missing ): \\A(?:jobs_(.*)\\z");
  EXPECT_EQ(ErrorOf("${TOKEN}", "${TOKENS}"), "line 2: token: the variable TOKENS is not set");
  EXPECT_EQ(ErrorOf("slot: cache_invalidation", "slot: 'Cache; DROP'"),
            "line 11: slot: expected at most 63 lower case letters, digits and _");
  EXPECT_EQ(ErrorOf("0.0.0.0:7402", "0.0.0.0:117402"),
            "line 7: listen: expected host:port, with a port up to 65535");
  EXPECT_EQ(ErrorOf("0.0.0.0:7402", "7402"),
            "line 7: listen: expected host:port, with a port up to 65535");
  EXPECT_EQ(ErrorOf("[order_no]", "order_no"), "line 24: key: expected a list");
  EXPECT_EQ(ErrorOf("state_file: /var/lib/connect/orders\n", ""), "line 1: state_file is missing");
}

TEST(ConfigTest, NoTextIsTakenForASecretOutsideOfSecrets) {
  const std::string text = absl::StrReplaceAll(kWhole, {{"jobs_.*", "${TOKEN}"}});
  EXPECT_TRUE(ParseConfig(text, Secrets()).ok());
}

constexpr char kSink[] = R"(service: { endpoint: "localhost:7400" }
sink:
  redis:
    address: "redis:6379"
    user: sink
    password: ${TOKEN}
    database: 2
    name: pages
    prefixes: ["page:", "cust:"]
    key_prefix: "page:"
    versions: "ci:v:"
    templates:
      - { tag: 'customer:*', keys: ['cust:\1', 'cust:\1:orders'] }
    everything: unlink
    again_after: [1s, 1m]
    max_targets: 1000
)";

TEST(ConfigTest, ASinkInPlaceOfASource) {
  const auto config = ParseConfig(kSink, Secrets());
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->redis.has_value());
  EXPECT_EQ(config->redis->redis.address, "redis:6379");
  EXPECT_EQ(config->redis->redis.user, "sink");
  EXPECT_EQ(config->redis->redis.password, "t0ken");
  EXPECT_EQ(config->redis->redis.database, 2u);
  EXPECT_EQ(config->redis->templates.size(), 1u);
  EXPECT_EQ(config->redis->queue.again_after,
            (std::vector<absl::Duration>{absl::Seconds(1), absl::Minutes(1)}));
  EXPECT_EQ(config->redis->queue.max_targets, 1000u);
}

TEST(ConfigTest, WhatIsWrongWithASink) {
  const auto error = [](const std::string& from, const std::string& to) {
    return ErrorIn(kSink, from, to);
  };
  EXPECT_EQ(error("name: pages", "nom: pages"), "line 4: name is missing");
  EXPECT_EQ(error("everything: unlink", "everything: flush"),
            "line 4: everything: flush needs i_own_this_database: true, for it drops all keys");
  EXPECT_EQ(error("everything: unlink", "everything: all"),
            "line 14: everything: expected unlink or version or flush");
  EXPECT_EQ(error("[1s, 1m]", "[1s, soon]"),
            "line 15: again_after: expected a duration such as 20s or 1m");
  EXPECT_EQ(error("[1s, 1m]", "[1m, 1s]"), "line 4: again_after: expected ascending times");
  EXPECT_EQ(error("database: 2", "database: x"),
            "line 7: database: expected a number from 0 to 1000000");
  EXPECT_EQ(error(R"('cust:\1:orders')", R"('cust:\2')"),
            "line 13: keys: \\ must be followed by the number of a * of the tag: cust:\\2");
}

constexpr char kHttpSink[] = R"(service: { endpoint: cache-invalidation:7400 }
state_file: /var/lib/connect/edge
sink:
  name: edge
  http:
    preset: varnish
    endpoints: ["http://varnish-0:6081/", "http://varnish-1:6081/"]
    keys: purge
    key_prefixes: ["page:"]
    everything: key
    mark_stale: soft
    again_after: [1s, 1m]
    requests_per_second: 7
    burst: 8
    max_pending: 9
    timeout: 3s
)";

TEST(ConfigTest, AnHttpSink) {
  const auto config = ParseConfig(kHttpSink, Secrets());
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->http_sink.has_value());
  const HttpSinkOptions& sink = *config->http_sink;
  EXPECT_EQ(sink.name, "edge");
  EXPECT_EQ(sink.state_file, "/var/lib/connect/edge");
  EXPECT_EQ(sink.endpoints.size(), 2u);
  EXPECT_EQ(sink.key_prefixes, std::vector<std::string>{"page:"});
  EXPECT_EQ(sink.on_keys, OnKeys::kPurge);
  EXPECT_EQ(sink.on_everything, OnEverything::kKey);
  EXPECT_TRUE(sink.soft);
  EXPECT_EQ(sink.queue.again_after,
            (std::vector<absl::Duration>{absl::Seconds(1), absl::Minutes(1)}));
  EXPECT_EQ(sink.requests_per_second + sink.burst + sink.queue.max_targets, 24u);
  EXPECT_EQ(sink.timeout, absl::Seconds(3));
}

TEST(ConfigTest, WhatAnHttpSinkMustSay) {
  EXPECT_EQ(ErrorIn(kHttpSink, "    keys: purge\n", ""), "line 6: keys is missing");
  EXPECT_EQ(ErrorIn(kHttpSink, "    everything: key\n", ""), "line 6: everything is missing");
  EXPECT_EQ(ErrorIn(kHttpSink, "again_after: [1s, 1m]", "again_after: [1s, x]"),
            "line 12: again_after: expected a duration such as 20s or 1m");
  EXPECT_EQ(ErrorIn(kHttpSink, "burst: 8", "burst: 1000000"),
            "line 14: burst: expected a number from 0 to 100000");
  EXPECT_EQ(ErrorIn(kHttpSink, "http://varnish-0", "http://user@varnish-0"),
            "line 6: endpoints: expected http:// or https:// URLs without a user");
  EXPECT_EQ(ErrorIn(kHttpSink, "http://varnish-0", "file://varnish-0"),
            "line 6: endpoints: expected http:// or https:// URLs without a user");
  EXPECT_EQ(ErrorIn(kHttpSink, "preset: varnish", "preset: fastly"),
            "line 6: id: expected that of the service (fastly) or the zone (cloudflare), for these "
            "only");
  EXPECT_EQ(ErrorIn(kHttpSink, "preset: varnish", "preset: custom"), "line 6: request is missing");
  EXPECT_EQ(ErrorIn(kHttpSink, "  http:\n    preset", "  http:\n    request: {}\n    preset"),
            "line 6: no such name: request");
  EXPECT_EQ(ErrorIn(kHttpSink, "sink:", "source: { postgres: {} }\nsink:"),
            "line 1: expected a source or a sink, and not both");
}

}  // namespace
}  // namespace cache_invalidation::connect
