#include "client/cachectl/stop_signal.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <iterator>

#include "common/check.h"

namespace cache_invalidation::cachectl {

StopSignal::StopSignal() {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  Check(pthread_sigmask(SIG_BLOCK, &interrupt, nullptr) == 0, "SIGINT can be blocked");
  signal_ = signalfd(-1, &interrupt, SFD_CLOEXEC);
  done_ = eventfd(0, EFD_CLOEXEC);
  Check(signal_ >= 0 && done_ >= 0, "two files can be opened");
}

StopSignal::~StopSignal() {
  close(signal_);
  close(done_);
}

void StopSignal::Finish() {
  const uint64_t one = 1;
  Check(write(done_, &one, sizeof(one)) == sizeof(one), "an event can be counted");
}

bool StopSignal::Wait() {
  pollfd files[] = {{.fd = signal_, .events = POLLIN, .revents = 0},
                    {.fd = done_, .events = POLLIN, .revents = 0},
                    // Even without events, poll reports when a pipe has lost its reader.
                    {.fd = STDOUT_FILENO, .events = 0, .revents = 0}};
  while (poll(files, std::size(files), -1) < 0 && errno == EINTR) continue;
  return (files[0].revents & POLLIN) != 0;
}

}  // namespace cache_invalidation::cachectl
