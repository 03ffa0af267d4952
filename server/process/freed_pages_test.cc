// SPDX-License-Identifier: Apache-2.0

#include <sys/resource.h>

#include <memory>

#include "gtest/gtest.h"
#include "server/process/memory_watch.h"

namespace cache_invalidation::process {
namespace {

constexpr size_t kBytes = 16 << 20;
constexpr size_t kPageBytes = 4096;

// Takes a block, writes to each of its pages and frees it. Returns how many the system provided.
int64_t ProvidedPages() {
  rusage before = {};
  rusage after = {};
  getrusage(RUSAGE_SELF, &before);
  const std::unique_ptr<volatile char[]> block(new char[kBytes]);
  for (size_t i = 0; i < kBytes; i += kPageBytes) block[i] = 1;
  getrusage(RUSAGE_SELF, &after);
  return after.ru_minflt - before.ru_minflt;
}

TEST(FreedPagesTest, AreKeptForTheNextBlock) {
  KeepFreedPages();
  ProvidedPages();
  EXPECT_LT(ProvidedPages(), int64_t{kBytes / kPageBytes / 100});
}

}  // namespace
}  // namespace cache_invalidation::process
