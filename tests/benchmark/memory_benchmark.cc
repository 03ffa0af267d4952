// SPDX-License-Identifier: Apache-2.0

// The memory of an entry in the engine, with its names, tags and edges.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "server/engine/engine.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/resources.h"
#include "tests/benchmark/works.h"

namespace cache_invalidation {
namespace {

constexpr int kEntries = 1'000'000;
constexpr int kSources = 200'000;

absl::Time Now() { return absl::FromUnixSeconds(1'000'000'000); }

// A page about a row, made of fragments that others share.
struct Entry {
  // `rows`: of how many the entries tell.
  Entry(int number, int rows)
      : key(absl::StrCat("page:product:", number)),
        tags({absl::StrCat("product:", number % rows), "product:#all"}) {
    for (int i = 0; i < 3; ++i) {
      sources.push_back(absl::StrCat("fragment:", (number + i * 7'919) % kSources));
    }
  }

  std::string key;
  std::vector<std::string> tags;
  std::vector<std::string> sources;
};

std::shared_ptr<void> FilledEngine(int rows) {
  auto engine = std::make_shared<engine::Engine>("epoch");
  for (int number = 0; number < kEntries; ++number) {
    const Entry entry(number, rows);
    engine::TrackEntries command;
    command.entries.resize(1);
    command.entries[0].key = entry.key;
    command.entries[0].tags = {entry.tags.begin(), entry.tags.end()};
    command.entries[0].depends_on.keys = {entry.sources.begin(), entry.sources.end()};
    Check(engine->Apply(command, Now()).status.ok(), "the entry is kept");
  }
  return engine;
}

// The least that knows the same: each name once, and lists of numbers in both directions.
struct BareGraph {
  uint32_t IdOf(const std::string& name) {
    const auto [place, is_new] = ids.try_emplace(name, lists.size());
    if (is_new) lists.emplace_back();
    return place->second;
  }

  absl::flat_hash_map<std::string, uint32_t> ids;
  std::vector<std::vector<uint32_t>> lists;
};

std::shared_ptr<void> FilledGraph(int rows) {
  auto graph = std::make_shared<BareGraph>();
  for (int number = 0; number < kEntries; ++number) {
    const Entry entry(number, rows);
    const uint32_t key = graph->IdOf(entry.key);
    for (const std::vector<std::string>& names : {entry.tags, entry.sources}) {
      for (const std::string& name : names) {
        const uint32_t id = graph->IdOf(name);
        graph->lists[key].push_back(id);
        graph->lists[id].push_back(key);
      }
    }
  }
  return graph;
}

void MeasureEntries(const std::string& what, int rows) {
  const double bare = HeapBytes([&] { return FilledGraph(rows); });
  const double engine = HeapBytes([&] { return FilledEngine(rows); });
  PrintRow(what, engine / kEntries, bare / kEntries);
}

}  // namespace

void MeasureMemory() {
  PrintHeading("memory: an entry of the engine with two tags and three edges",
               "bytes of the heap; limit: names in a hash map, edges as lists of numbers");
  MeasureEntries("a tag shared by ten, a tag of all", kEntries / 10);
  MeasureEntries("a tag of its own, a tag of all", kEntries);
}

}  // namespace cache_invalidation
