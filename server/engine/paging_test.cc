// SPDX-License-Identifier: Apache-2.0

// Pages of dependencies: every edge is listed once, in order, and the work per page is bounded.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Listed {
  std::vector<std::string> edges;
  int pages = 0;
  int empty_pages = 0;
};

// Lists all pages. `between` runs after each.
template <typename Between>
Listed ListAll(EngineScript& script, absl::string_view name, bool dependents, uint32_t limit,
               Between between) {
  Listed listed;
  ListCacheDependencies query;
  query.name = name;
  query.dependents = dependents;
  query.limit = limit;
  ListCacheDependenciesResult page;
  do {
    page = script.Ask<ListCacheDependenciesResult>(query);
    EXPECT_LE(page.edges.size(), limit);
    for (const DependencyEdge& edge : page.edges) {
      listed.edges.push_back(absl::StrCat(
          edge.key, edge.depends_on_kind == NameKind::kTag ? "#" : " ", edge.depends_on));
    }
    ++listed.pages;
    listed.empty_pages += page.edges.empty();
    query.after_key = page.last_key;
    query.after_kind = page.last_kind;
    query.after_name = page.last_name;
    between();
  } while (page.more && listed.pages < 1000);
  return listed;
}

Listed ListAll(EngineScript& script, absl::string_view name, bool dependents, uint32_t limit) {
  return ListAll(script, name, dependents, limit, [] {});
}

TEST(PagingTest, GivesEveryEdgeOnceInOrder) {
  EngineScript script;
  for (absl::string_view key : {"c", "a", "d", "b"}) script.Depend(key, {"x"}, {"x"});
  for (const uint32_t limit : {1u, 2u, 3u, 8u, 100u}) {
    EXPECT_THAT(ListAll(script, "x", true, limit).edges,
                ElementsAre("a x", "a#x", "b x", "b#x", "c x", "c#x", "d x", "d#x"));
    EXPECT_EQ(ListAll(script, "x", true, limit).pages, (8 + limit - 1) / limit);
  }
  script.Depend("k", {"u", "v"}, {"u", "t"});
  for (const uint32_t limit : {1u, 3u, 4u}) {
    EXPECT_THAT(ListAll(script, "k", false, limit).edges, ElementsAre("k u", "k v", "k#t", "k#u"));
  }
}

// Even if the last listed edge has been deleted meanwhile.
TEST(PagingTest, GoesOnBehindWhatIsGone) {
  EngineScript script;
  for (absl::string_view key : {"a", "b", "c", "d"}) script.Depend(key, {"x"});
  const std::vector<std::string> gone = {"a", "b", "c", "d"};
  size_t next = 0;
  EXPECT_THAT(ListAll(script, "x", true, 1,
                      [&] {
                        script.Do(RemoveCacheDependency{gone[next++], {}});
                      })
                  .edges,
              ElementsAre("a x", "b x", "c x", "d x"));
}

// With edges that ended and have not been removed yet.
TEST(PagingTest, LooksAtNoMoreThanItMay) {
  Limits limits;
  limits.listed_edges = 10;
  limits.ended_at_once = 0;
  EngineScript script(limits);
  for (int i = 100; i < 200; ++i) script.Track(absl::StrCat(i), {}, {"x"});
  script.Invalidate({}, {"x"});
  for (absl::string_view key : {"099", "150", "200"}) script.Track(key, {}, {"x"});
  const Listed dependents = ListAll(script, "x", true, 2);
  EXPECT_THAT(dependents.edges, ElementsAre("099 x", "150 x", "200 x"));
  EXPECT_GE(dependents.empty_pages, 7);

  AddCacheDependency declare;
  std::vector<std::string> rows;
  for (int i = 100; i < 200; ++i) rows.push_back(absl::StrCat("row", i));
  declare.key = "report";
  declare.depends_on.keys.assign(rows.begin(), rows.end());
  declare.ttl = absl::Seconds(1);
  script.Do(declare);
  script.Advance(absl::Seconds(2));
  const Listed sources = ListAll(script, "report", false, 2);
  EXPECT_THAT(sources.edges, IsEmpty());
  EXPECT_EQ(sources.pages, 10);
}

}  // namespace
}  // namespace cache_invalidation::engine
