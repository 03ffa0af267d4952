// SPDX-License-Identifier: Apache-2.0

// The memory of a client that a transaction of any size takes.

#include <malloc.h>

#include <algorithm>
#include <string>
#include <utility>

#include "client/widening.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

TEST(TransactionMemoryTest, IsBoundedHoweverManyRowsThereAre) {
  const size_t before = mallinfo2().uordblks;
  WriteCollector collector;
  size_t most = before;
  for (int i = 0; i < 100'000; ++i) {
    WriteEvent write{.resource_type = "a", .resource_id = std::to_string(i)};
    write.context = {{"f", std::string(1'000, 'x')}, {"g", JsonValue::List(5)}};
    write.tags = {"page:" + std::to_string(i)};
    collector.Add(std::move(write));
    if (i % 1'000 == 0) most = std::max(most, mallinfo2().uordblks);
  }
  EXPECT_LT(most - before, size_t{64} << 20);
  EXPECT_EQ(collector.Take().widened, 100'000u);
}

}  // namespace
}  // namespace cache_invalidation::client
