// SPDX-License-Identifier: Apache-2.0

#include "server/storage/testing/foreign_lock.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "common/check.h"

namespace cache_invalidation::storage {

ForeignLock::ForeignLock(const std::string& directory) {
  const std::string file = directory + "/rocksdb/LOCK";
  int locked[2];
  Check(pipe2(locked, O_CLOEXEC) == 0, "a pipe can be made");
  owner_ = fork();
  Check(owner_ >= 0, "a process can be made");
  if (owner_ == 0) {
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    if (fcntl(open(file.c_str(), O_RDWR | O_CLOEXEC), F_SETLK, &whole) != 0) std::_Exit(1);
    while (write(locked[1], "", 1) == 1) pause();
    std::_Exit(1);
  }
  close(locked[1]);
  char byte;
  Check(read(locked[0], &byte, 1) == 1, "the store can be locked");
  close(locked[0]);
}

ForeignLock::~ForeignLock() {
  kill(owner_, SIGKILL);
  waitpid(owner_, nullptr, 0);
}

}  // namespace cache_invalidation::storage
