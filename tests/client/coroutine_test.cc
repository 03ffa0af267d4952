// SPDX-License-Identifier: Apache-2.0

// The coroutines of examples/coroutine.

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/tagged_cache.h"
#include "examples/coroutine/awaitable_cache.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation {
namespace {

using client::Load;
using client::TaggedCache;

// Loads a user, then a page that is named by it.
Task ShowPage(TaggedCache<std::string> cache, std::vector<std::string>& shown) {
  AwaitableLoad user(cache, "user:1", [](Load& load) {
    load.AddTag("user:1");
    return std::string("Ann");
  });
  const absl::StatusOr<client::Cached<std::string>> found = co_await user;
  if (!found.ok()) co_return;
  shown.push_back(**found);
  AwaitableLoad page(cache, "page:" + **found, [](Load&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no page");
  });
  const absl::StatusOr<client::Cached<std::string>> none = co_await page;
  shown.push_back(std::string(none.status().message()));
}

using CoroutineTest = DrivenCacheTest;

TEST_F(CoroutineTest, ContinuesWhenALoadHasEnded) {
  std::deque<std::function<void()>> tasks;
  Open({.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); }});
  std::vector<std::string> shown;
  ShowPage(cache(), shown);
  EXPECT_EQ(shown, std::vector<std::string>());
  ASSERT_EQ(tasks.size(), 1u);
  tasks[0]();
  EXPECT_EQ(shown, std::vector<std::string>({"Ann"}));
  ASSERT_EQ(tasks.size(), 2u);
  tasks[1]();
  EXPECT_EQ(shown, std::vector<std::string>({"Ann", "no page"}));
}

TEST_F(CoroutineTest, GoesOnAtOnceWithWhatIsCached) {
  Open({.executor = [](const std::function<void()>& task) { task(); }});
  std::vector<std::string> shown;
  ShowPage(cache(), shown);
  ShowPage(cache(), shown);
  EXPECT_EQ(shown, std::vector<std::string>({"Ann", "no page", "Ann", "no page"}));
}

}  // namespace
}  // namespace cache_invalidation
