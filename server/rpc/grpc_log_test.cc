// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/grpc_log.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"
#include "server/journal/journal.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::rpc {
namespace {

using journal::Format;
using journal::Journal;
using journal::Level;

TEST(GrpcLog, IsWrittenLineByLine) {
  static FakeClock& clock = *new FakeClock;
  static std::vector<std::string>& lines = *new std::vector<std::string>;
  static Journal& journal = *new Journal(Format::kText, Level::kInfo, clock,
                                         [](absl::string_view line) { lines.emplace_back(line); });
  ReportGrpcLog(journal);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_DEBUG);
  gpr_log("src/core/a.cc", 1, GPR_LOG_SEVERITY_ERROR, "broken %s", "pipe");
  gpr_log("b.cc", 2, GPR_LOG_SEVERITY_INFO, "again");
  gpr_log("b.cc", 3, GPR_LOG_SEVERITY_DEBUG, "not asked for");
  EXPECT_THAT(lines, testing::ElementsAre(testing::EndsWith("Z error gRPC a.cc:1: broken pipe"),
                                          testing::EndsWith("Z info gRPC b.cc:2: again")));
}

}  // namespace
}  // namespace cache_invalidation::rpc
