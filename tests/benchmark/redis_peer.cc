// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/redis_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "tests/support/free_port.h"

namespace cache_invalidation {
namespace {

constexpr char kChannel[] = "invalidations";
// As many ids as the writes of load.h have.
constexpr int kIds = 1'000;

constexpr char kScript[] = R"(
local revision = redis.call('INCR', 'revision')
for _, tag in ipairs(KEYS) do redis.call('HSET', 'tags', tag, revision) end
redis.call('PUBLISH', 'invalidations', revision .. ' ' .. table.concat(KEYS, ' '))
return revision
)";

std::vector<std::string> TagsOf(int write) {
  return {absl::StrCat("item:", write % kIds), "item:#all", "view:front", "view:search"};
}

int ConnectTo(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Check(::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
        "Redis accepts connections");
  return connection;
}

}  // namespace

std::unique_ptr<RedisPeer> RedisPeer::StartIfInstalled() {
  if (!RedisServer::IsInstalled()) return nullptr;
  return std::unique_ptr<RedisPeer>(new RedisPeer(FreePort()));
}

RedisPeer::RedisPeer(int port)
    : port_(port), server_({"--port", absl::StrCat(port), "--bind", "127.0.0.1"}) {
  auto connection =
      connect::RedisConnection::Connect({.address = absl::StrCat("127.0.0.1:", port)});
  Check(connection.ok(), "Redis accepts connections");
  connection_ = *std::move(connection);
}

void RedisPeer::RunScripts(int64_t batches, int scripts) {
  const auto loaded = server_.Run({"SCRIPT", "LOAD", kScript});
  std::vector<connect::RedisCommand> batch;
  for (int i = 0; i < scripts; ++i) {
    connect::RedisCommand command = {"EVALSHA", *loaded.text, "4"};
    for (std::string& tag : TagsOf(i)) command.push_back(std::move(tag));
    batch.push_back(std::move(command));
  }
  RunBatches(batches, batch);
}

void RedisPeer::Publish(int64_t batches, int messages) {
  std::vector<connect::RedisCommand> batch;
  for (int i = 0; i < messages; ++i) {
    batch.push_back({"PUBLISH", kChannel, absl::StrJoin(TagsOf(i), " ")});
  }
  RunBatches(batches, batch);
}

void RedisPeer::RunBatches(int64_t batches, const std::vector<connect::RedisCommand>& batch) {
  for (int64_t i = 0; i < batches; ++i) {
    Check(connection_->RunAll(batch).ok(), "Redis accepts every command");
  }
}

RedisSubscribers::RedisSubscribers(const RedisPeer& redis, int count) {
  const std::string command = absl::StrCat("SUBSCRIBE ", kChannel, "\r\n");
  for (int i = 0; i < count; ++i) {
    sockets_.push_back(ConnectTo(redis.port()));
    Check(write(sockets_.back(), command.data(), command.size()) ==
              static_cast<ssize_t>(command.size()),
          "Redis takes a subscription");
    Check(Read(i) == 1, "Redis answers a subscription");
  }
}

RedisSubscribers::~RedisSubscribers() {
  for (const int connection : sockets_) close(connection);
}

int64_t RedisSubscribers::Read(int subscriber) {
  char bytes[64 << 10];
  while (true) {
    const ssize_t size = read(sockets_[subscriber], bytes, sizeof(bytes));
    Check(size > 0, "Redis goes on");
    // Each message is an array, and nothing else in it has an asterisk.
    const int64_t messages = std::count(bytes, bytes + size, '*');
    if (messages > 0) return messages;
  }
}

}  // namespace cache_invalidation
