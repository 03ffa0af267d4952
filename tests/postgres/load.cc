// SPDX-License-Identifier: Apache-2.0

#include "tests/postgres/load.h"

#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/sql_connection.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr int64_t kIdsOfAWriter = 1'000'000'000;
constexpr uint32_t kMostRows = 5;
constexpr uint32_t kRolledBack = 8;  // one in so many
// Between two transactions: many a second, and the machine has something else to do, too.
constexpr absl::Duration kRest = absl::Milliseconds(2);
constexpr absl::Duration kReconnect = absl::Milliseconds(50);

}  // namespace

Load::Load(const PostgresCluster& cluster, int writers, uint32_t seed) : cluster_(cluster) {
  Sql(*Connected(cluster), "CREATE TABLE item (id bigint PRIMARY KEY)");
  for (int writer = 1; writer <= writers; ++writer) {
    threads_.emplace_back([this, writer, seed] { Write(writer, seed + writer); });
  }
}

Load::~Load() { Stop(); }

void Load::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Load::Write(int writer, uint32_t seed) {
  std::mt19937 random(seed);
  int64_t id = writer * kIdsOfAWriter;
  std::unique_ptr<SqlConnection> connection;
  while (!stopped_) {
    if (connection == nullptr || connection->is_broken()) {
      auto next = SqlConnection::Connect(cluster_.connection_string());
      if (!next.ok()) {
        Pause(kReconnect);
        continue;
      }
      connection = *std::move(next);
    }
    std::string statements = "BEGIN";
    for (uint32_t row = random() % kMostRows + 1; row > 0; --row) {
      absl::StrAppend(&statements, "; INSERT INTO item VALUES (", ++id, ")");
    }
    const bool commits = random() % kRolledBack != 0;
    absl::StrAppend(&statements, commits ? "; COMMIT" : "; ROLLBACK");
    // Where the connection is lost, the table tells in the end what was committed.
    if (connection->Run(statements).ok() && commits) ++committed_;
    Pause(kRest);
  }
}

}  // namespace cache_invalidation
