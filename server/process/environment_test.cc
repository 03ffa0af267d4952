// SPDX-License-Identifier: Apache-2.0

#include "server/process/environment.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include "gtest/gtest.h"

namespace cache_invalidation::process {
namespace {

// A file system in a folder.
class MemoryLimitTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }

  const std::string root_ = ::testing::TempDir() + "/system_" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(MemoryLimitTest, IsTheLeastOfTheGroupAndThoseAbove) {
  Write("/proc/self/cgroup", "0::/pods/server/\n");
  Write("/sys/fs/cgroup/pods/server/memory.max", "max\n");
  EXPECT_EQ(CgroupMemoryLimit(root_), std::nullopt);
  Write("/sys/fs/cgroup/pods/memory.max", "1000000\n");
  EXPECT_EQ(CgroupMemoryLimit(root_), 1000000u);
  Write("/sys/fs/cgroup/pods/server/memory.max", "2000000\n");
  EXPECT_EQ(CgroupMemoryLimit(root_), 1000000u);
}

TEST_F(MemoryLimitTest, IsThatOfTheRootInAContainer) {
  Write("/proc/self/cgroup", "0::/../elsewhere\n");
  Write("/sys/fs/cgroup/memory.max", "3000000\n");
  EXPECT_EQ(CgroupMemoryLimit(root_), 3000000u);
}

TEST_F(MemoryLimitTest, KnowsTheFirstVersion) {
  Write("/proc/self/cgroup", "5:cpu,memory:/docker/1\n1:name=systemd:/\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(CgroupMemoryLimit(root_), std::nullopt);
  Write("/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "4000000\n");
  EXPECT_EQ(CgroupMemoryLimit(root_), 4000000u);
}

TEST_F(MemoryLimitTest, IsNoneWhereThereAreNoGroups) {
  EXPECT_EQ(CgroupMemoryLimit(root_), std::nullopt);
}

TEST(GrpcExperimentsTest, TurnsOffTheDangerousOneUnlessItIsNamed) {
  EXPECT_EQ(SafeGrpcExperiments(""), "-tcp_read_chunks");
  EXPECT_EQ(SafeGrpcExperiments("event_engine_client"), "event_engine_client,-tcp_read_chunks");
  EXPECT_EQ(SafeGrpcExperiments("tcp_read_chunks"), "tcp_read_chunks");
  EXPECT_EQ(SafeGrpcExperiments("a,-tcp_read_chunks"), "a,-tcp_read_chunks");
}

}  // namespace
}  // namespace cache_invalidation::process
