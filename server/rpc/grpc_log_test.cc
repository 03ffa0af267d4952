#include "server/rpc/grpc_log.h"

#include "grpc/support/log.h"
#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

TEST(GrpcLog, IsWrittenLineByLine) {
  ReportGrpcLog();
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);  // as gRPC does when it is first used
  testing::internal::CaptureStderr();
  gpr_log("src/core/a.cc", 1, GPR_LOG_SEVERITY_ERROR, "broken %s", "pipe");
  gpr_log("b.cc", 2, GPR_LOG_SEVERITY_ERROR, "again");
  gpr_log("b.cc", 3, GPR_LOG_SEVERITY_DEBUG, "not asked for");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "gRPC E a.cc:1] broken pipe\ngRPC E b.cc:2] again\n");
}

}  // namespace
}  // namespace cache_invalidation::rpc
