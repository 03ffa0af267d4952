// Builds and runs the examples of tagged_cache.h. Without the service: every look-up is a miss, and
// loads go on.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

struct User {
  std::string name;
};

struct Page {
  std::string text;
};

struct Database {
  absl::StatusOr<User> FindUser(const std::string& id) const { return User{prefix + id}; }
  std::string prefix = "user ";
};

Page Render(const User& user) { return {"hello " + user.name}; }

TEST(TaggedCacheExampleTest, Runs) {
  const Database db;
  std::string greeted;
  const auto Greet = [&](const std::string& name) { greeted = name; };
  const auto load_user = [&](Load& load) -> absl::StatusOr<User> {
    load.AddTag("user:42");
    return db.FindUser("42");
  };
  const auto example = [&]() -> absl::Status {
#include "client/tagged_cache_example.inc"
    if (!page.ok()) return page.status();
    EXPECT_EQ((*page)->text, "hello user 42");
    return absl::OkStatus();
  };
  EXPECT_EQ(example(), absl::OkStatus());
  EXPECT_EQ(greeted, "user 42");
}

}  // namespace
}  // namespace cache_invalidation::client
