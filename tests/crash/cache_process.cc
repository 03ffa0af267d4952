// SPDX-License-Identifier: Apache-2.0

#include "tests/crash/cache_process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/client.h"
#include "common/check.h"
#include "tests/support/cached_value.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr absl::Duration kBetweenReads = absl::Milliseconds(1);

}  // namespace

SharedBoard::SharedBoard(const std::string& path) {
  static_assert(std::atomic<uint64_t>::is_always_lock_free, "processes share no locks");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  Check(file >= 0 && ftruncate(file, sizeof(Board)) == 0, "a test can make a file");
  void* memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  Check(memory != MAP_FAILED, "a file can be mapped");
  close(file);
  board_ = static_cast<Board*>(memory);
}

SharedBoard::~SharedBoard() { munmap(board_, sizeof(Board)); }

std::unique_ptr<Program> StartCacheProcess(const CacheProcessOptions& options) {
  Check(options.number < Board::kMostCaches, "the board has a place for each cache");
  return std::make_unique<Program>(std::vector<std::string>{
      "/proc/self/exe",
      absl::StrCat("--cache_process=", options.board, ",", options.number, ",", options.endpoint,
                   ",", absl::ToInt64Milliseconds(options.lease))});
}

void RunCacheProcess(const std::string& arguments) {
  // Also when it is stopped.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::vector<std::string> fields = absl::StrSplit(arguments, ',');
  size_t number = 0;
  int64_t lease = 0;
  Check(fields.size() == 4 && absl::SimpleAtoi(fields[1], &number) &&
            absl::SimpleAtoi(fields[3], &lease),
        "the arguments are those of StartCacheProcess");
  const SharedBoard board(fields[0]);
  Board::Counts& counts = board->caches[number];
  CachedValue cache(board->database);
  cache.Subscribe(client::Client(client::MakeConnection(fields[2])),
                  {.name = absl::StrCat("cache", number), .lease = absl::Milliseconds(lease)});
  while (true) {
    const uint64_t told = board->told_to_all;
    const std::optional<uint64_t> served = cache.Serve();
    if (!served.has_value()) {
      cache.Fill();
    } else {
      ++(*served < told ? counts.wrong : counts.hits);
    }
    Pause(kBetweenReads);
  }
}

}  // namespace cache_invalidation
