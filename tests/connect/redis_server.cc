// SPDX-License-Identifier: Apache-2.0

#include "tests/connect/redis_server.h"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/standard_error.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr char kProgram[] = "/usr/bin/redis-server";
constexpr absl::Duration kLookAgain = absl::Milliseconds(5);

// In /tmp: the name of a socket has at most 107 bytes.
std::string MakeDirectory() {
  Check(RedisServer::IsInstalled(),
        "there is no redis-server; install it, or run the tests by ./dev test");
  std::string path = "/tmp/redis.XXXXXX";
  Check(mkdtemp(path.data()) != nullptr, "a temporary directory can be made");
  return path;
}

}  // namespace

bool RedisServer::IsInstalled() { return std::filesystem::exists(kProgram); }

RedisServer::RedisServer(std::vector<std::string> flags)
    : directory_(MakeDirectory()),
      address_(absl::StrCat("unix:", directory_, "/socket")),
      flags_(std::move(flags)) {
  IgnoreClosedPipes();  // a RedisConnection to a server that was killed
  Start();
}

RedisServer::~RedisServer() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void RedisServer::Start() {
  std::vector<std::string> command = {
      kProgram,   "--port", "0", "--unixsocket", directory_ + "/socket", "--dir",
      directory_, "--save", "",  "--logfile",    directory_ + "/log"};
  command.insert(command.end(), flags_.begin(), flags_.end());
  program_ = std::make_unique<Program>(command);
  while (true) {
    auto connection = connect::RedisConnection::Connect({.address = address_});
    if (connection.ok()) {
      connection_ = *std::move(connection);
      const auto reply = connection_->Run({"PING"});
      if (reply.ok() && reply->error.empty()) return;
    }
    Pause(kLookAgain);
  }
}

void RedisServer::Kill() {
  connection_.reset();
  program_->Signal(SIGKILL);
  program_->Wait();
  std::filesystem::remove(directory_ + "/socket");
}

connect::RedisResult RedisServer::Run(const connect::RedisCommand& command) {
  auto reply = connection_->Run(command);
  Check(reply.ok(), reply.status().ToString().c_str());
  Check(reply->error.empty(), reply->error.c_str());
  return *std::move(reply);
}

void RedisServer::AwaitGone(const std::string& key) {
  while (Has(key)) Pause(kLookAgain);
}

void RedisServer::AwaitKey(const std::string& key) {
  while (!Has(key)) Pause(kLookAgain);
}

}  // namespace cache_invalidation
