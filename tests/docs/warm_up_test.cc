// SPDX-License-Identifier: Apache-2.0

// The recipe of docs/client.md that fills a cache before it serves.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

struct User {
  std::string name;
};

// Has every user, except for those whose id begins with "no".
class Database {
 public:
  std::vector<absl::StatusOr<User>> FindUsers(const std::vector<std::string>& ids) {
    ++queries;
    std::vector<absl::StatusOr<User>> found;
    for (const std::string& id : ids) {
      if (id.substr(0, 2) == "no") {
        found.push_back(absl::NotFoundError("no such user"));
      } else {
        found.push_back(User{absl::StrCat("user ", id)});
      }
    }
    on_query();
    return found;
  }

  int queries = 0;
  std::function<void()> on_query = [] {};
};

// The page's code.
#include "tests/docs/warm_up.inc"

// How long anything may take on a busy machine.
constexpr absl::Duration kPatience = absl::Seconds(60);

class WarmUpTest : public testing::Test {
 protected:
  FakeServer server_;
  const Client client_{server_.Connect()};
  const TaggedCache<User> users_{client_, {.name = "test"}};
  Database database_;
};

TEST_F(WarmUpTest, FillsTheCacheWithAFewQueries) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1'200; ++i) keys.push_back(absl::StrCat("user:", i));
  EXPECT_EQ(WarmUp(users_, keys, database_, kPatience), 1'200u);
  EXPECT_EQ(database_.queries, 3);
  EXPECT_EQ(users_.Get("user:1199").shared()->name, "user 1199");

  const absl::StatusOr<WriteResult> write = client_.InvalidateByWrite("user", "7", "update");
  ASSERT_TRUE(write.ok()) << write.status();
  EXPECT_TRUE(users_.AwaitApplied(write->position, kPatience));
  EXPECT_FALSE(users_.Contains("user:7"));
  EXPECT_TRUE(users_.Contains("user:8"));
}

TEST_F(WarmUpTest, DoesNotKeepWhatIsWrittenMeanwhile) {
  database_.on_query = [this] {
    const absl::StatusOr<WriteResult> write = client_.InvalidateByWrite("user", "2", "update");
    ASSERT_TRUE(write.ok()) << write.status();
    EXPECT_TRUE(users_.AwaitApplied(write->position, kPatience));
  };
  EXPECT_EQ(WarmUp(users_, {"user:1", "user:2", "user:none"}, database_, kPatience), 1u);
  EXPECT_TRUE(users_.Contains("user:1"));
  EXPECT_FALSE(users_.Contains("user:2")) << "it was read before the write";
}

TEST_F(WarmUpTest, IsNotTriedWithoutTheService) {
  server_.Stop();
  const TaggedCache<User> users(client_, {.name = "late"});
  EXPECT_EQ(WarmUp(users, {"user:1"}, database_, absl::Milliseconds(1)), 0u);
  EXPECT_EQ(database_.queries, 0);
}

}  // namespace
}  // namespace cache_invalidation::client
