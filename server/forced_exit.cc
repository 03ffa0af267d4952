#include "server/forced_exit.h"

#include <signal.h>
#include <sys/time.h>

#include <cstdlib>

namespace cache_invalidation {

void ForceExitAfter(absl::Duration delay) {
  struct sigaction exits = {};
  exits.sa_handler = [](int) { std::_Exit(EXIT_FAILURE); };
  sigaction(SIGALRM, &exits, nullptr);
  const itimerval alarm = {.it_interval = {}, .it_value = absl::ToTimeval(delay)};
  setitimer(ITIMER_REAL, &alarm, nullptr);
}

}  // namespace cache_invalidation
