#include "server/process/grpc_experiments.h"

#include "gtest/gtest.h"

namespace cache_invalidation::process {
namespace {

TEST(GrpcExperimentsTest, TurnsOffTheDangerousOneUnlessItIsNamed) {
  EXPECT_EQ(SafeGrpcExperiments(""), "-tcp_read_chunks");
  EXPECT_EQ(SafeGrpcExperiments("event_engine_client"), "event_engine_client,-tcp_read_chunks");
  EXPECT_EQ(SafeGrpcExperiments("tcp_read_chunks"), "tcp_read_chunks");
  EXPECT_EQ(SafeGrpcExperiments("a,-tcp_read_chunks"), "a,-tcp_read_chunks");
}

}  // namespace
}  // namespace cache_invalidation::process
