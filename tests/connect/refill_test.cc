// SPDX-License-Identifier: Apache-2.0

// Readers that refill their cache as fast as they can while rows change.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"
#include "tests/connect/connect_test.h"

namespace cache_invalidation {
namespace {

constexpr int kRows = 5;
constexpr int kUpdates = 400;

// Whether a commit is in the log on disk before readers see it, or after.
class RefillTest : public ConnectTest, public ::testing::WithParamInterface<const char*> {
 protected:
  RefillTest() : ConnectTest({GetParam(), "wal_writer_delay = 10ms"}) {}

  static std::string Read(SqlConnection& connection, int id) {
    return Sql(connection, absl::StrCat("SELECT note FROM t WHERE id = ", id));
  }

  // Reads through the cache until `done`.
  void ReadRows(const client::TaggedCache<std::string>& cache, const std::atomic<bool>& done) {
    const auto connection = Connected(cluster_);
    for (int turn = 0; !done; ++turn) {
      const int id = turn % kRows;
      const auto row = cache.GetOrLoad(absl::StrCat("row:", id), [&](client::Load& load) {
        load.AddTag(absl::StrCat("t:", id));
        return Read(*connection, id);
      });
      EXPECT_TRUE(row.ok()) << row.status();
    }
  }
};

TEST_P(RefillTest, NoOldRowStaysInTheCache) {
  CreateTable();
  for (int id = 0; id < kRows; ++id) Insert(id);
  StartFirst();
  const client::TaggedCache<std::string> cache(client_, {.name = "refill"});
  ASSERT_TRUE(cache.AwaitLive(absl::Seconds(30)));
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) readers.emplace_back([&] { ReadRows(cache, done); });
  for (int update = 0; update < kUpdates; ++update) {
    Execute(absl::StrCat("UPDATE t SET note = 'n", update, "' WHERE id = ", update % kRows));
  }
  connector_.AwaitTold(Execute("SELECT pg_current_wal_insert_lsn()"));
  const auto stats = client_.GetInvalidationStats();
  ASSERT_TRUE(stats.ok()) << stats.status();
  EXPECT_TRUE(cache.AwaitApplied(stats->position, absl::Seconds(30)));
  for (int id = 0; id < kRows; ++id) {
    const auto row = cache.Get(absl::StrCat("row:", id));
    if (row) {
      EXPECT_EQ(*row, Read(*sql_, id));
    }
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(cache.Statistics().hits, 0u);
}

INSTANTIATE_TEST_SUITE_P(, RefillTest,
                         ::testing::Values("synchronous_commit = on", "synchronous_commit = off"));

}  // namespace
}  // namespace cache_invalidation
