// SPDX-License-Identifier: Apache-2.0

#include "common/standard_error.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "common/mutex.h"

namespace cache_invalidation {
namespace {

constexpr size_t kMaxLineBytes = 4096;  // PIPE_BUF

}  // namespace

void IgnoreClosedPipes() { signal(SIGPIPE, SIG_IGN); }

void ReportLine(absl::string_view line) {
  std::string text(line.substr(0, kMaxLineBytes - 1));
  if (text.empty() || text.back() != '\n') text.push_back('\n');
  static Mutex& mutex = *new Mutex;
  MutexLock lock(mutex);
  // A pipe that is ready has room for kMaxLineBytes bytes.
  pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&output, 1, 0) != 1 || (output.revents & POLLOUT) == 0) return;
  // What cannot be written cannot be reported either.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

// Not by poll: another thread may fill the pipe in between, and then nothing would end the process.
void ReportLastLine(absl::string_view line) {
  const int flags = fcntl(STDERR_FILENO, F_GETFL);
  if (flags < 0 || fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK) < 0) return;
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  fcntl(STDERR_FILENO, F_SETFL, flags);  // other processes may share it
}

}  // namespace cache_invalidation
