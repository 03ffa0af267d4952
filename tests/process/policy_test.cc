// SPDX-License-Identifier: Apache-2.0

// The server program with a policy file: what operators do with it.

#include <signal.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "tests/support/http_get.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using grpc::StatusCode;

constexpr char kNoBody[] = "principals: [{name: a}]\n";
constexpr char kReaders[] = "anonymous: {roles: [{role: reader, namespaces: [shop]}]}\n";

class PolicyTest : public ::testing::Test {
 protected:
  void Write(const std::string& policy) const { std::ofstream(policy_file_) << policy; }

  StatusCode Call() const {
    const auto stub = v1::StatsService::NewStub(NewConnection(server_->Port("grpc")));
    grpc::ClientContext context;
    v1::GetInvalidationStatsRequest request;
    request.set_namespace_("shop");
    v1::GetInvalidationStatsResponse response;
    return stub->GetInvalidationStats(&context, request, &response).error_code();
  }

  bool Becomes(StatusCode code) const {
    return Eventually([&] { return Call() == code; }, absl::Seconds(30));
  }

  bool HasMetric(const std::string& line) const {
    return absl::StrContains(testing::HttpGet(server_->Port("http"), "/metrics").body,
                             absl::StrCat("\ncache_invalidation_", line, "\n"));
  }

  void Start() {
    server_ = std::make_unique<RunningServer>(std::vector<std::string>{
        "--durability=memory", "--policy_file=" + policy_file_, "--audit_log=" + audit_log_});
  }

  const TemporaryDirectory directory_;
  const std::string policy_file_ = directory_.path() + "/policy.yaml";
  const std::string audit_log_ = directory_.path() + "/audit.log";
  std::unique_ptr<RunningServer> server_;
};

TEST_F(PolicyTest, AChangedFileIsNoticed) {
  Write(kNoBody);
  Start();
  EXPECT_EQ(Call(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(HasMetric("denied_calls_total{reason=\"unauthenticated\"} 1"));
  Write(kReaders);
  EXPECT_TRUE(Becomes(StatusCode::OK));
  Write("anonymous: {role: []}\n");
  EXPECT_TRUE(Eventually([&] { return HasMetric("policy_reads_total{result=\"refused\"} 1"); },
                         absl::Seconds(30)));
  EXPECT_EQ(Call(), StatusCode::OK) << "the last good one stays in use";
  EXPECT_TRUE(HasMetric("policy_reads_total{result=\"in_use\"} 2"));
  EXPECT_TRUE(HasMetric("policy_refused 1"));
  server_->program().Signal(SIGTERM);
  const Ended ended = server_->program().Wait();
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(absl::StrContains(
      ended.err, absl::StrCat(" error the last good policy stays in use: policy file ",
                              policy_file_, ": line 1: anonymous: unknown key \"role\"\n")))
      << ended.err;
}

TEST_F(PolicyTest, SighupReadsTheFileAndReopensTheAuditLog) {
  Write(kReaders);
  Start();
  EXPECT_EQ(Call(), StatusCode::OK);
  const std::string moved = audit_log_ + ".1";
  ASSERT_EQ(std::rename(audit_log_.c_str(), moved.c_str()), 0);
  Write(kNoBody);
  server_->program().Signal(SIGHUP);
  EXPECT_TRUE(Becomes(StatusCode::UNAUTHENTICATED));
  EXPECT_TRUE(Eventually([&] { return std::ifstream(audit_log_).good(); }, absl::Seconds(30)));
  server_->program().Signal(SIGTERM);
  EXPECT_EQ(server_->program().Wait().code, 0);
}

TEST_F(PolicyTest, AWrongFileEndsTheStart) {
  Write("principals: [{nam: a}]\n");
  Start();
  EXPECT_TRUE(absl::EndsWith(server_->start_line(),
                             absl::StrCat(" error cannot start: policy file ", policy_file_,
                                          ": line 1: principals[0]: unknown key \"nam\"")))
      << server_->start_line();
  EXPECT_EQ(server_->program().Wait().code, 1);
}

// It ends nothing, also if there is no file to read.
TEST_F(PolicyTest, SighupAloneChangesNothing) {
  server_ = std::make_unique<RunningServer>(std::vector<std::string>{"--durability=memory"});
  server_->program().Signal(SIGHUP);
  EXPECT_EQ(Call(), StatusCode::OK);
  server_->program().Signal(SIGTERM);
  EXPECT_EQ(server_->program().Wait().code, 0);
}

}  // namespace
}  // namespace cache_invalidation
