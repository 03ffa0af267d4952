#include "server/process/out_of_memory.h"

#include <signal.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "absl/strings/string_view.h"
#include "common/standard_error.h"

namespace cache_invalidation::process {
namespace {

// Allocates nothing and skips all clean-up: acknowledged writes are in the store.
[[noreturn]] void End() {
  constexpr absl::string_view kWhy =
      "cache_invalidation_server: out of memory: the system has no more memory\n";
  ReportLastLine(kWhy);
  std::_Exit(EXIT_FAILURE);
}

// Runs on the aborting thread, so errno is still the one that malloc set.
void OnAbort(int number) {
  if (errno == ENOMEM) End();
  signal(number, SIG_DFL);
  raise(number);
}

}  // namespace

void EndWithAWordWhenOutOfMemory() {
  std::set_new_handler(End);
  signal(SIGABRT, OnAbort);
}

}  // namespace cache_invalidation::process
