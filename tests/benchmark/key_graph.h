// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_KEY_GRAPH_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_KEY_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace cache_invalidation {

// A million keys that all follow the first one. Their names are so short that an event may name
// them all; with longer ones it becomes everything, sooner.
class KeyGraph {
 public:
  // kRandom: each key was computed from three earlier ones. kStar: all from the first one. kChain:
  // each from the one before it.
  enum class Shape { kRandom, kStar, kChain };

  explicit KeyGraph(Shape shape);

  // For tables.
  const char* name() const;

  int size() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  // What a key other than the first one was computed from.
  absl::Span<const uint32_t> SourcesOf(int key) const {
    return absl::MakeConstSpan(sources_).subspan((key - 1) * size_t{sources_each_}, sources_each_);
  }

 private:
  const Shape shape_;
  const uint32_t sources_each_;
  std::vector<std::string> names_;
  std::vector<uint32_t> sources_;
};

inline constexpr KeyGraph::Shape kKeyGraphShapes[] = {
    KeyGraph::Shape::kRandom, KeyGraph::Shape::kStar, KeyGraph::Shape::kChain};

// The same as numbers and nothing else, to walk from the first key along all edges: the limit of
// what a cascade can cost.
class BareGraph {
 public:
  explicit BareGraph(const KeyGraph& graph);

  // Returns how many keys it reaches.
  size_t Walk() const;

 private:
  // What follows a key is in `dependents_` from its place in `begin_` to that of the next one.
  std::vector<uint32_t> begin_;
  std::vector<uint32_t> dependents_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_KEY_GRAPH_H_
