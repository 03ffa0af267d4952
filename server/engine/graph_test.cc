// SPDX-License-Identifier: Apache-2.0

#include "server/engine/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>
#include "server/engine/testing/moments.h"

namespace cache_invalidation::engine {
namespace {

bool AreEqual(const KeyAt& a, const KeyAt& b) { return a.key == b.key && a.revision == b.revision; }

void ExpectCountsNames(const Key& key) {
  size_t owned = 0, bytes = 0;
  for (const Tag* tag : key.entry->tags) bytes += tag->name.size();
  for (const Edge& edge : key.depends_on) {
    owned += edge.owned;
    if (edge.owned) bytes += edge.source->name.size();
  }
  EXPECT_EQ(key.entry->owned, owned) << key.name;
  EXPECT_EQ(key.entry->name_bytes, bytes) << key.name;
}

// Checks the invariants of graph.h by brute force.
void ExpectConsistent(const Graph& graph) {
  uint64_t edges = 0, declared = 0, tracked = 0, parts = 0;
  std::vector<KeyAt> by_age;
  std::vector<KeyAt> ends;
  absl::flat_hash_map<const Tag*, uint32_t> entries;
  for (const auto& [name, key] : graph.keys()) {
    for (const Edge& edge : key->depends_on) {
      ++edges;
      declared += edge.declared;
      EXPECT_LE(key->declared_until, edge.declared ? edge.expires : kNever) << name;
      EXPECT_TRUE(edge.declared || edge.owned) << name;
      ASSERT_TRUE(edge.source->has_dependents()) << name;
      EXPECT_TRUE(edge.source->dependents->contains(key.get())) << name;
    }
    if (key->ended != 0) ends.push_back({key->ended, key.get()});
    if (key->entry == nullptr) continue;
    tracked += !key->entry->ghost;
    parts += Graph::PartsOf(*key);
    ExpectCountsNames(*key);
    by_age.push_back({key->entry->fill_revision, key.get()});
    for (const Tag* tag : key->entry->tags) {
      ++entries[tag];
      EXPECT_EQ(tag->carriers != nullptr && tag->carriers->contains(key.get()),
                key->has_dependents() || key->entry->mixed)
          << name << " " << tag->name;
    }
  }
  EXPECT_EQ(graph.edges(), edges);
  EXPECT_EQ(graph.declared_edges(), declared);
  EXPECT_EQ(graph.tracked_entries(), tracked);
  EXPECT_EQ(graph.entry_usage().parts, parts);
  EXPECT_EQ(graph.entry_usage().entries, by_age.size());
  std::sort(by_age.begin(), by_age.end());
  EXPECT_TRUE(std::equal(by_age.begin(), by_age.end(), graph.by_age().begin(), graph.by_age().end(),
                         AreEqual));
  std::sort(ends.begin(), ends.end());
  EXPECT_TRUE(
      std::equal(ends.begin(), ends.end(), graph.ends().begin(), graph.ends().end(), AreEqual));
  for (const auto& [name, tag] : graph.tags()) {
    EXPECT_EQ(tag->entries, entries[tag.get()]) << name;
    EXPECT_TRUE(tag->is_used() || tag->loose) << name;
    EXPECT_EQ(graph.walkable().contains(name), tag->has_dependents() || tag->carriers != nullptr)
        << name;
  }
}

void ForgetAll(Graph& graph, uint64_t floor) {
  for (auto at = graph.keys().begin(); at != graph.keys().end();) at = graph.ForgetKey(at, floor);
  const Graph::LooseTags& tags = graph.loose_tags();
  for (auto at = tags.begin(); at != tags.end();) at = graph.ForgetTag(at, floor);
}

TEST(Graph, AnEdgeLivesAsLongAsSomebodyOwnsIt) {
  Delta delta;
  Graph graph(delta);
  Key& page = graph.AddKey("page");
  Tag& user = graph.AddTag("user");
  EXPECT_TRUE(graph.Declare(page, user, kNever, kNow));
  EXPECT_FALSE(graph.Declare(page, user, kNever, kNow));
  graph.Track(page, {.sources = {&user}, .revision = 1});
  EXPECT_TRUE(graph.Undeclare(page, user));
  EXPECT_FALSE(graph.Undeclare(page, user));
  ASSERT_NE(page.FindEdge(&user), nullptr) << "the entry still owns it";
  graph.DropEntry(page);
  EXPECT_EQ(page.FindEdge(&user), nullptr);
  EXPECT_EQ(graph.edges(), 0u);
}

TEST(Graph, TrackingAgainUnitesAndKeepsTheLaterExpiry) {
  Delta delta;
  Graph graph(delta);
  Key& page = graph.AddKey("page");
  graph.Track(page, {.tags = {&graph.AddTag("b"), &graph.AddTag("a")},
                     .expires = kNow + absl::Hours(2),
                     .revision = 1});
  graph.Track(page, {.tags = {&graph.AddTag("c"), &graph.AddTag("a")},
                     .expires = kNow + absl::Hours(1),
                     .revision = 4});
  std::vector<std::string> tags;
  for (const Tag* tag : page.entry->tags) tags.push_back(tag->name);
  EXPECT_EQ(tags, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(page.entry->expires, kNow + absl::Hours(2));
  EXPECT_EQ(page.entry->fill_revision, 4u);
  EXPECT_EQ(graph.tracked_entries(), 1u);
  graph.MakeGhost(page);
  graph.MakeGhost(page);
  EXPECT_EQ(graph.tracked_entries(), 0u);
}

TEST(Graph, ForgetsWhatNothingRefersTo) {
  Delta delta;
  Graph graph(delta);
  graph.AddTag("once").evicted = 3;
  graph.AddTag("later").evicted = 7;
  graph.RememberEvicted(graph.AddKey("gone"), 3);
  graph.Declare(graph.AddKey("page"), graph.AddTag("needed"), kNever, kNow);
  ForgetAll(graph, 5);
  EXPECT_EQ(graph.FindTag("once"), nullptr);
  EXPECT_NE(graph.FindTag("later"), nullptr);
  EXPECT_EQ(graph.FindKey("gone"), nullptr);
  EXPECT_NE(graph.FindTag("needed"), nullptr);
  EXPECT_TRUE(delta.back().deleted ||
              std::holds_alternative<KeyRevisionRecord>(delta[delta.size() - 1].record));
  ExpectConsistent(graph);
}

TEST(Graph, ForgetsTheTagsOfEntriesThatEnded) {
  Delta delta;
  Graph graph(delta);
  graph.Track(
      graph.AddKey("page"),
      {.tags = {&graph.AddTag("carried")}, .sources = {&graph.AddTag("source")}, .revision = 1});
  ForgetAll(graph, 0);
  EXPECT_TRUE(graph.loose_tags().empty()) << "both are used";
  graph.DropEntry(*graph.FindKey("page"));
  ForgetAll(graph, 0);
  EXPECT_TRUE(graph.tags().empty());
  EXPECT_TRUE(graph.keys().empty());
}

TEST(Graph, KeepsLooseTagsAsLongAsSomethingIsKnownOfThem) {
  Delta delta;
  Graph graph(delta);
  graph.AddTag("staled").staled = 7;
  graph.AddTag("evicted").evicted = 3;
  graph.AddTag("unused");
  EXPECT_TRUE(graph.FindTag("evicted")->is_remembered(2));
  EXPECT_FALSE(graph.FindTag("evicted")->is_remembered(3));
  ForgetAll(graph, 2);
  std::vector<std::string> loose;
  for (const Tag* tag : graph.loose_tags()) loose.push_back(tag->name);
  EXPECT_EQ(loose, (std::vector<std::string>{"evicted", "staled"})) << "by name";
  ForgetAll(graph, 3);
  EXPECT_EQ(graph.loose_tags().size(), 1u);
}

TEST(Graph, OrdersEntriesByFillAndThenByKey) {
  Delta delta;
  Graph graph(delta);
  const auto track = [&graph](absl::string_view key, uint64_t revision) {
    graph.Track(graph.AddKey(key), {.revision = revision});
  };
  track("c", 1);
  track("a", 2);
  track("b", 1);
  track("d", 0);
  track("d", 2);
  std::vector<std::string> order;
  for (const KeyAt& entry : graph.by_age()) order.push_back(entry.key->name);
  EXPECT_EQ(order, (std::vector<std::string>{"b", "c", "a", "d"}));
}

TEST(Graph, StaysConsistentWhateverIsDone) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Delta delta;
    Graph graph(delta);
    const auto key = [&]() -> Key& { return graph.AddKey(std::string(1, 'a' + random() % 5)); };
    const auto tag = [&]() -> Tag& { return graph.AddTag(std::string(1, 'v' + random() % 4)); };
    for (uint64_t step = 0; step < 60; ++step) {
      Key& changed = key();
      Key& other = key();
      Node& source = random() % 2 == 0 || &other == &changed ? static_cast<Node&>(tag()) : other;
      switch (random() % 6) {
        case 0:
          graph.Declare(changed, source, kNever, kNow);
          break;
        case 1:
          graph.Undeclare(changed, source);
          break;
        case 2:
        case 3:
          graph.Track(changed, {.tags = {&tag(), &tag()}, .sources = {&source}, .revision = step});
          break;
        case 4:
          if (changed.entry != nullptr) graph.MakeGhost(changed);
          break;
        case 5:
          graph.DropEntry(changed);
          break;
      }
    }
    ExpectConsistent(graph);
    ForgetAll(graph, random() % 60);
    ExpectConsistent(graph);
  }
}

}  // namespace
}  // namespace cache_invalidation::engine
