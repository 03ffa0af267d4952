// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CRASH_CACHE_PROCESS_H_
#define CACHE_INVALIDATION_TESTS_CRASH_CACHE_PROCESS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "tests/support/program.h"

namespace cache_invalidation {

// State in memory shared by a test and the processes of its caches: the test writes, the caches
// read. All of it is lock-free.
struct Board {
  static constexpr size_t kMostCaches = 8;

  struct Counts {
    std::atomic<uint64_t> hits;
    // Hits with a value that had been invalidated, with the call having waited for all, before the
    // read began.
    std::atomic<uint64_t> wrong;
  };

  std::atomic<uint64_t> database;     // the value, which increases with every write
  std::atomic<uint64_t> told_to_all;  // the last value whose invalidation a call has waited for
  std::array<Counts, kMostCaches> caches;
};

// A board in a file, which other processes can map as well. Owns the mapping.
class SharedBoard {
 public:
  // Creates the file with all values 0 if it is missing. Aborts if that fails.
  explicit SharedBoard(const std::string& path);
  ~SharedBoard();

  SharedBoard(const SharedBoard&) = delete;
  SharedBoard& operator=(const SharedBoard&) = delete;

  Board& operator*() const { return *board_; }
  Board* operator->() const { return board_; }

 private:
  Board* board_;
};

// The board of a cache, its index there, and the server.
struct CacheProcessOptions {
  std::string board;
  size_t number = 0;
  std::string endpoint;
  absl::Duration lease;
};

// Starts this program again as a cache: a CachedValue that is read continuously, in a process that
// can be stopped.
std::unique_ptr<Program> StartCacheProcess(const CacheProcessOptions& options);

// The main function of such a process; runs until it is killed or its parent exits. `arguments`: as
// passed by StartCacheProcess.
[[noreturn]] void RunCacheProcess(const std::string& arguments);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_CACHE_PROCESS_H_
