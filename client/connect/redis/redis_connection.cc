// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_connection.h"

#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace cache_invalidation::connect {
namespace {

// Also the time that a stop can take. Redis replies in microseconds unless a script holds it up.
constexpr timeval kTimeout = {.tv_sec = 5, .tv_usec = 0};

// REQUIRES: reply is not null.
RedisResult Converted(const redisReply& reply) {
  RedisResult converted;
  switch (reply.type) {
    case REDIS_REPLY_ERROR:
      converted.error.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      converted.text.emplace(reply.str, reply.len);
      break;
    case REDIS_REPLY_INTEGER:
      converted.number = reply.integer;
      break;
    case REDIS_REPLY_ARRAY:
      for (size_t i = 0; i < reply.elements; ++i) {
        converted.elements.push_back(Converted(*reply.element[i]));
      }
      break;
    default:
      converted.is_null = true;
  }
  return converted;
}

absl::StatusOr<redisContext*> Open(const std::string& address) {
  absl::string_view path = address;
  if (absl::ConsumePrefix(&path, "unix:")) {
    return redisConnectUnixWithTimeout(std::string(path).c_str(), kTimeout);
  }
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) {
    return absl::InvalidArgumentError("address: expected host:port or unix:/path");
  }
  return redisConnectWithTimeout(address.substr(0, colon).c_str(), port, kTimeout);
}

}  // namespace

bool RedisResult::IsError(const std::string& code) const {
  return error == code || error.compare(0, code.size() + 1, code + " ") == 0;
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Connect(
    const RedisAddress& address) {
  const absl::StatusOr<redisContext*> context = Open(address.address);
  if (!context.ok()) return context.status();
  if (*context == nullptr) return absl::UnavailableError("no memory");
  std::unique_ptr<RedisConnection> connection(new RedisConnection(*context));
  if ((*context)->err != 0) return connection->Lost();
  redisSetTimeout(*context, kTimeout);
  std::vector<RedisCommand> greeting;
  if (!address.user.empty()) {
    greeting.push_back({"AUTH", address.user, address.password});
  } else if (!address.password.empty()) {
    greeting.push_back({"AUTH", address.password});
  }
  if (address.database != 0) greeting.push_back({"SELECT", absl::StrCat(address.database)});
  const auto greeted = connection->RunAll(greeting);
  if (!greeted.ok()) return greeted.status();
  return connection;
}

RedisConnection::~RedisConnection() { redisFree(context_); }

absl::StatusOr<std::vector<RedisResult>> RedisConnection::Pipeline(
    const std::vector<RedisCommand>& commands) {
  std::vector<const char*> arguments;
  std::vector<size_t> sizes;
  for (const RedisCommand& command : commands) {
    arguments.clear();
    sizes.clear();
    for (const std::string& argument : command) {
      arguments.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    if (redisAppendCommandArgv(context_, static_cast<int>(arguments.size()), arguments.data(),
                               sizes.data()) != REDIS_OK) {
      return Lost();
    }
  }
  std::vector<RedisResult> replies;
  while (replies.size() < commands.size()) {
    void* reply = nullptr;
    if (redisGetReply(context_, &reply) != REDIS_OK || reply == nullptr) return Lost();
    replies.push_back(Converted(*static_cast<redisReply*>(reply)));
    freeReplyObject(reply);
  }
  return replies;
}

absl::StatusOr<RedisResult> RedisConnection::Run(const RedisCommand& command) {
  auto replies = Pipeline({command});
  if (!replies.ok()) return replies.status();
  return std::move(replies->front());
}

absl::StatusOr<std::vector<RedisResult>> RedisConnection::RunAll(
    const std::vector<RedisCommand>& commands) {
  auto results = Pipeline(commands);
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < commands.size(); ++i) {
    const std::string& error = (*results)[i].error;
    if (error.empty()) continue;
    return absl::UnavailableError(absl::StrCat("Redis refuses ", commands[i].front(), ": ", error));
  }
  return results;
}

absl::Status RedisConnection::Lost() const {
  return absl::UnavailableError(
      absl::StrCat("Redis: ", context_->err != 0 ? context_->errstr : "no memory"));
}

}  // namespace cache_invalidation::connect
