// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Dependencies = v1::DependencyService::Stub;
using Invalidations = v1::InvalidationService::Stub;

class DependencyServiceTest : public ServiceTest {
 protected:
  // The edges that a list call answers, one per line: `key -> kind:name flags`.
  std::string List(const std::string& request) {
    std::string text;
    const auto page = Ok(*dependencies_, &Dependencies::ListCacheDependencies, request);
    for (const v1::CacheDependency& edge : page.dependencies()) {
      absl::StrAppend(&text, edge.key(), " -> ",
                      edge.has_depends_on_tag() ? "tag:" + edge.depends_on_tag()
                                                : "key:" + edge.depends_on_key(),
                      edge.declared() ? " declared" : "", edge.owned() ? " owned" : "",
                      edge.has_expires() ? " expires" : "", "\n");
    }
    return text;
  }

  std::unique_ptr<Dependencies> dependencies_ = NewStub<v1::DependencyService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
};

TEST_F(DependencyServiceTest, DeclaresEdgesToKeysTagsAndBoth) {
  const auto answer = Ok(*dependencies_, &Dependencies::AddCacheDependency,
                         R"(key: "page" depends_on: "both" depends_on_keys: "k" depends_on_tags: "t"
                            ttl { seconds: 60 })");
  EXPECT_EQ(answer.added(), 4u);
  EXPECT_FALSE(answer.invalidated());
  EXPECT_NE(answer.position().epoch(), "");
  EXPECT_EQ(List(R"(name: "page")"),
            "page -> key:both declared expires\npage -> key:k declared expires\n"
            "page -> tag:both declared expires\npage -> tag:t declared expires\n");
  EXPECT_EQ(Ok(*dependencies_, &Dependencies::AddCacheDependency,
               R"(key: "page" depends_on: ["both", "new"])")
                .added(),
            2u);
}

TEST_F(DependencyServiceTest, ListsDependentsOfAName) {
  Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "b" depends_on_tags: "t")");
  Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "a" depends_on: "t")");
  EXPECT_EQ(List(R"(name: "t" direction: DEPENDENCY_DIRECTION_DEPENDENTS)"),
            "a -> key:t declared\na -> tag:t declared\nb -> tag:t declared\n");
  EXPECT_EQ(List(R"(name: "t")"), "");
}

TEST_F(DependencyServiceTest, ListsPageByPage) {
  std::string names;
  for (int i = 10; i < 35; ++i) absl::StrAppend(&names, "depends_on: 'n", i, "' ");
  Ok(*dependencies_, &Dependencies::AddCacheDependency, "key: 'page' " + names);
  int edges = 0;
  std::string token;
  do {
    const auto page = Ok(*dependencies_, &Dependencies::ListCacheDependencies,
                         absl::StrCat("name: 'page' page_size: 7 page_token: '", token, "'"));
    edges += page.dependencies_size();
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(edges, 50);
}

// Entries that an event evicted, and that have not been swept, are looked at a page at a time.
TEST_F(DependencyServiceTest, PagesMayBeEmptyBeforeTheLast) {
  const auto entries = NewStub<v1::CacheEntryService>();
  constexpr int kDead = 7'000;
  std::string fills;
  for (int i = 0; i < kDead; ++i) {
    absl::StrAppend(&fills, "entries { key: 'page", i, "' depends_on_tags: 'row' } ");
    if (i % 1'000 != 999) continue;
    Ok(*entries, &v1::CacheEntryService::Stub::TrackEntries, fills);
    fills.clear();
  }
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "row")");
  Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "z" depends_on_tags: "row")");
  int edges = 0;
  std::string token;
  do {
    const auto page = Ok(*dependencies_, &Dependencies::ListCacheDependencies,
                         absl::StrCat("name: 'row' direction: DEPENDENCY_DIRECTION_DEPENDENTS "
                                      "page_token: '",
                                      token, "'"));
    edges += page.dependencies_size();
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(edges, 1);
}

TEST_F(DependencyServiceTest, InvalidatesAtOnceWhatHadMovedBefore) {
  const auto before =
      Ok(*invalidations_, &Invalidations::Invalidate, R"(keys: "other")").position();
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "t")");
  const auto answer =
      Ok(*dependencies_, &Dependencies::AddCacheDependency,
         absl::StrCat("key: 'page' depends_on: 't:1' position {", before.ShortDebugString(), "}"));
  EXPECT_TRUE(answer.invalidated());
  EXPECT_EQ(answer.position().revision(), 3u);
  const auto now = Ok(*dependencies_, &Dependencies::AddCacheDependency,
                      absl::StrCat("key: 'p2' depends_on: 't:1' position {",
                                   answer.position().ShortDebugString(), "}"));
  EXPECT_FALSE(now.invalidated());
  EXPECT_TRUE(
      Ok(*dependencies_, &Dependencies::AddCacheDependency,
         R"(key: "p3" depends_on: "t" position { epoch: "of another history" revision: 3 })")
          .invalidated());
}

TEST_F(DependencyServiceTest, WarnsOfCycles) {
  EXPECT_EQ(
      Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "a" depends_on_keys: "b")")
          .warnings_size(),
      0);
  EXPECT_EQ(
      Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "b" depends_on_keys: "a")")
          .warnings_size(),
      1);
}

TEST_F(DependencyServiceTest, RemovesSomeEdgesOrAllOfAKey) {
  Ok(*dependencies_, &Dependencies::AddCacheDependency,
     R"(key: "page" depends_on_keys: ["a", "b", "c"])");
  const auto one = Ok(*dependencies_, &Dependencies::RemoveCacheDependency,
                      R"(key: "page" depends_on: ["a", "x"])");
  EXPECT_TRUE(one.found());
  EXPECT_EQ(one.removed(), 1u);
  EXPECT_EQ(Ok(*dependencies_, &Dependencies::RemoveCacheDependency, R"(key: "page")").removed(),
            2u);
  EXPECT_FALSE(Ok(*dependencies_, &Dependencies::RemoveCacheDependency, R"(key: "page")").found());
}

}  // namespace
}  // namespace cache_invalidation
