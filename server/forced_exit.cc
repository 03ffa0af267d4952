#include "server/forced_exit.h"

#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <cstdlib>

#include "common/standard_error.h"

namespace cache_invalidation {
namespace {

std::atomic<const char*> exit_reason = nullptr;

// A signal handler: allocates nothing, takes no lock, and runs no destructors.
void ExitNow(int) {
  const char* why = exit_reason;
  if (why != nullptr) ReportLastLine(why);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace

void ForceExitAfter(absl::Duration delay, const char* why) {
  exit_reason = why;
  struct sigaction exits = {};
  exits.sa_handler = ExitNow;
  sigaction(SIGALRM, &exits, nullptr);
  const itimerval alarm = {.it_interval = {}, .it_value = absl::ToTimeval(delay)};
  setitimer(ITIMER_REAL, &alarm, nullptr);
}

}  // namespace cache_invalidation
