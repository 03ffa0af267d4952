// SPDX-License-Identifier: Apache-2.0

#include "server/process/environment.h"

#include <signal.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "gtest/gtest.h"

namespace cache_invalidation::process {
namespace {

TEST(OutOfMemoryDeathTest, IsSaidByUsAndByLibrariesThatAbort) {
  EXPECT_EXIT(
      {
        EndWithAWordWhenOutOfMemory("no more memory\n");
        std::get_new_handler()();
      },
      ::testing::ExitedWithCode(1), "no more memory");
  EXPECT_EXIT(
      {
        EndWithAWordWhenOutOfMemory("no more memory\n");
        errno = ENOMEM;
        std::abort();
      },
      ::testing::ExitedWithCode(1), "no more memory");
}

TEST(OutOfMemoryDeathTest, IsNotSaidOfOtherAborts) {
  EXPECT_EXIT(
      {
        EndWithAWordWhenOutOfMemory("no more memory\n");
        errno = 0;
        std::abort();
      },
      ::testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace cache_invalidation::process
