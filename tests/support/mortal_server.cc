// SPDX-License-Identifier: Apache-2.0

#include "tests/support/mortal_server.h"

#include <signal.h>

#include "common/check.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"

namespace cache_invalidation {

MortalServer::MortalServer(std::vector<std::string> flags) : flags_(std::move(flags)) {
  flags_.insert(flags_.end(), {"--data_dir=" + directory_.path(), "--http=false"});
  Start();
}

void MortalServer::Kill() {
  Signal(SIGKILL);  // first: the caller has chosen the moment
  proxy_->SetTarget(0);
  running_->program().Wait();
  running_.reset();
}

Ended MortalServer::Stop() {
  Signal(SIGTERM);
  Ended ended = running_->program().Wait();
  // Whoever connects from now on waits for the next process.
  proxy_->SetTarget(0);
  running_.reset();
  return ended;
}

void MortalServer::DieStarting(absl::Duration after) {
  std::vector<std::string> flags = flags_;
  flags.push_back("--grpc_port=0");
  Program program(ServerCommand(flags));
  Pause(after);
  program.Signal(SIGKILL);
  program.Wait();
}

void MortalServer::Start(const std::string& flag) {
  std::vector<std::string> flags = flags_;
  flags.push_back(flag);
  running_ = std::make_unique<RunningServer>(flags);
  Check(running_->serves(), running_->start_line().c_str());
  if (epoch_.empty()) epoch_ = running_->epoch();
  Check(running_->epoch() == epoch_, "a process that ends does not end the epoch");
  if (proxy_ == nullptr) proxy_ = std::make_unique<client::FlakyProxy>(port());
  proxy_->SetTarget(port());
}

int64_t MortalServer::ResidentBytes() const {
  return cache_invalidation::ResidentBytes(running_->program().pid());
}

}  // namespace cache_invalidation
