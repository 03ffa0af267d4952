// SPDX-License-Identifier: Apache-2.0

#include "tests/backup/backup_test.h"

#include <signal.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "grpcpp/create_channel.h"

namespace cache_invalidation {

BackupTest::BackupTest() {
  signal(SIGPIPE, SIG_IGN);  // programs may end before they have read everything
}

void BackupTest::Start(const std::string& data_dir, const std::vector<std::string>& more_flags) {
  server_.reset();
  std::vector<std::string> flags = {"--data_dir=" + data_dir};
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());
  server_ = std::make_unique<RunningServer>(flags);
  ASSERT_TRUE(server_->serves()) << server_->start_line();
}

void BackupTest::Stop() {
  server_->program().Signal(SIGTERM);
  EXPECT_EQ(server_->program().Wait().code, 0);
}

void BackupTest::Kill() {
  server_->program().Signal(SIGKILL);
  (void)server_->program().Wait();
}

std::string BackupTest::endpoint() const {
  return absl::StrCat("127.0.0.1:", server_->Port("grpc"));
}

std::shared_ptr<grpc::Channel> BackupTest::Channel() const {
  return grpc::CreateChannel(endpoint(), grpc::InsecureChannelCredentials());
}

Ended BackupTest::Run(const std::vector<std::string>& arguments) const {
  std::vector<std::string> line = {"client/cachectl/cachectl"};
  if (server_ != nullptr) line.insert(line.end(), {"--endpoint", endpoint()});
  line.insert(line.end(), arguments.begin(), arguments.end());
  return RunProgram(line);
}

std::string BackupTest::Ok(const std::vector<std::string>& arguments) const {
  const Ended ended = Run(arguments);
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  return ended.out;
}

int BackupTest::Fill(int megabytes) {
  constexpr int kPerMegabyte = 10;
  constexpr size_t kTagBytes = 500;
  const client::Client client(client::MakeConnection(endpoint()));
  for (int i = 0; i < megabytes * kPerMegabyte; ++i) {
    client::InvalidateParams params;
    for (int tag = 0; tag < 200; ++tag) {
      params.tags.push_back(absl::StrCat("t:", filled_, "-", tag, std::string(kTagBytes, 'x')));
    }
    EXPECT_TRUE(client.Invalidate(std::move(params)).ok());
    ++filled_;
  }
  return filled_;
}

}  // namespace cache_invalidation
