// SPDX-License-Identifier: Apache-2.0

// Compiled without exceptions, as an application can be.

#ifdef __cpp_exceptions
#error "this file shows nothing if exceptions are on"
#endif

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/async_client.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "client/widening.h"
#include "client/write_transaction.h"
#include "gtest/gtest.h"
#include "tests/fakes/scripted_connection.h"

namespace cache_invalidation {
namespace {

TEST(WithoutExceptionsTest, TheHeadersOfTheSdkWork) {
  const client::Client client(std::make_shared<ScriptedConnection>());
  const client::TaggedCache<std::string> cache(client, {.name = "test"});
  const auto loads = [](client::Load&) { return std::string("one"); };
  const auto fails = [](client::Load&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no");
  };
  EXPECT_EQ(**cache.GetOrLoad("k", loads), "one");
  EXPECT_EQ(cache.GetOrLoad("k", fails).status(), absl::NotFoundError("no"));
  client::WriteTransaction transaction(client);
  transaction.Add("user", "1", "update");
  const auto commit = [] { return client::CommitOutcome::kRolledBack; };
  EXPECT_EQ(transaction.Commit(commit).outcome, client::CommitOutcome::kRolledBack);
}

}  // namespace
}  // namespace cache_invalidation
