// SPDX-License-Identifier: Apache-2.0

#include "tests/connect/refilled_caches.h"

#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/connect/redis/redis_connection.h"
#include "common/clock.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/sql_connection.h"
#include "tests/support/http_get.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr uint32_t kRows = 50;
// Between two turns: many a second, and the machine has something else to do, too.
constexpr absl::Duration kRest = absl::Milliseconds(3);
constexpr absl::Duration kReconnect = absl::Milliseconds(50);
// Sinks drop again after these times. What took longer to load than half of the last one is not
// stored: a reader that is slower keeps an old value, as docs/redis.md says.
constexpr char kAgainAfter[] = "again_after: [500ms, 4s]";
constexpr absl::Duration kLoadWithin = absl::Seconds(2);

std::string KeyOf(uint32_t id) { return absl::StrCat("price:", id); }

// A connection that is made again when it is lost.
class PatientConnection {
 public:
  explicit PatientConnection(std::string connection_string)
      : connection_string_(std::move(connection_string)) {}

  absl::StatusOr<std::vector<SqlRow>> Run(const std::string& statement) {
    if (connection_ == nullptr || connection_->is_broken()) {
      auto next = SqlConnection::Connect(connection_string_);
      if (!next.ok()) {
        Pause(kReconnect);
        return next.status();
      }
      connection_ = *std::move(next);
    }
    return connection_->Run(statement);
  }

  // The price of a row; empty if the database does not respond.
  std::string Price(absl::string_view id) {
    const auto rows = Run(absl::StrCat("SELECT value FROM price WHERE id = ", id));
    return rows.ok() && !rows->empty() ? rows->front().front().value_or("") : "";
  }

 private:
  const std::string connection_string_;
  std::unique_ptr<SqlConnection> connection_;
};

}  // namespace

RefilledCaches::RefilledCaches(const PostgresCluster& cluster, uint32_t seed)
    : cluster_(cluster),
      redis_({"--appendonly", "yes"}),
      origin_([connection = std::make_shared<PatientConnection>(cluster.connection_string())](
                  const ScriptedRequest& request) {
        // GET /ID HTTP/1.1
        const size_t begin = request.head.find('/') + 1;
        const std::string id = request.head.substr(begin, request.head.find(' ', begin) - begin);
        const std::string price = connection->Price(id);
        if (price.empty()) {
          return ScriptedResponse{.status = 503, .headers = "Cache-Control: no-store\r\n"};
        }
        return ScriptedResponse{
            .headers =
                absl::StrCat("Cache-Control: s-maxage=3600\r\nxkey: = price price:", id, "\r\n"),
            .body = price};
      }),
      varnish_(origin_.port()) {
  const auto connection = Connected(cluster);
  Sql(*connection, "CREATE TABLE price (id int PRIMARY KEY, value int)");
  Sql(*connection, absl::StrCat("INSERT INTO price SELECT generate_series(1, ", kRows, "), 0"));
  threads_.emplace_back([this, seed] { Write(seed); });
  threads_.emplace_back([this, seed] { ReadRedis(seed + 1); });
  threads_.emplace_back([this, seed] { ReadVarnish(seed + 2); });
}

RefilledCaches::~RefilledCaches() { Stop(); }

void RefilledCaches::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

ConnectorSetting RefilledCaches::RedisSink(const std::string& endpoint) const {
  return {.endpoint = endpoint,
          .redis = absl::StrCat("redis: {address: '", redis_.address(),
                                "', name: prices, prefixes: ['price:'], templates: "
                                "[{tag: 'price:*', keys: ['price:\\1']}], everything: unlink, ",
                                kAgainAfter, "}")};
}

ConnectorSetting RefilledCaches::VarnishSink(const std::string& endpoint) const {
  return {.endpoint = endpoint,
          .http = absl::StrCat("    {preset: varnish, endpoints: ['", varnish_.url(),
                               "'], keys: ignore, everything: purge_all, ", kAgainAfter, "}\n")};
}

void RefilledCaches::Write(uint32_t seed) {
  std::mt19937 random(seed);
  PatientConnection connection(cluster_.connection_string());
  while (!stopped_) {
    const auto result = connection.Run(
        absl::StrCat("UPDATE price SET value = value + 1 WHERE id = ", 1 + random() % kRows));
    if (result.ok()) ++updates_;
    Pause(kRest);
  }
}

void RefilledCaches::ReadRedis(uint32_t seed) {
  std::mt19937 random(seed);
  const RealClock clock;
  PatientConnection database(cluster_.connection_string());
  std::unique_ptr<connect::RedisConnection> redis;
  while (!stopped_) {
    Pause(kRest);
    if (redis == nullptr) {
      auto next = connect::RedisConnection::Connect({.address = redis_.address()});
      if (next.ok()) redis = *std::move(next);
      continue;
    }
    const uint32_t id = 1 + random() % kRows;
    const auto found = redis->Run({"GET", KeyOf(id)});
    if (!found.ok()) {
      redis.reset();
    } else if (found->text.has_value()) {
      ++hits_;
    } else if (!found->is_error()) {
      const absl::Duration begin = clock.Monotonic();
      const std::string price = database.Price(absl::StrCat(id));
      if (price.empty() || clock.Monotonic() - begin > kLoadWithin) continue;
      if (!redis->Run({"SET", KeyOf(id), price}).ok()) redis.reset();
    }
  }
}

void RefilledCaches::ReadVarnish(uint32_t seed) {
  std::mt19937 random(seed);
  while (!stopped_) {
    Pause(kRest);
    if (testing::HttpGet(varnish_.port(), absl::StrCat("/", 1 + random() % kRows)).status == 200) {
      ++hits_;
    }
  }
}

std::vector<std::string> RefilledCaches::Old() {
  std::vector<std::string> out;
  PatientConnection database(cluster_.connection_string());
  for (uint32_t id = 1; id <= kRows; ++id) {
    const std::string price = database.Price(absl::StrCat(id));
    const std::string cached = redis_.Get(KeyOf(id)).value_or(price);
    if (cached != price) {
      out.push_back(absl::StrCat("Redis has ", cached, " for row ", id, ", which has ", price));
    }
    // A page that is not cached is made now.
    const std::string page = varnish_.Get(absl::StrCat("/", id));
    if (page != price) {
      out.push_back(absl::StrCat("Varnish has ", page, " for row ", id, ", which has ", price));
    }
  }
  return out;
}

}  // namespace cache_invalidation
