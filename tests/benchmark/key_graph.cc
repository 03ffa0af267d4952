// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/key_graph.h"

#include <random>

#include "absl/strings/str_cat.h"

namespace cache_invalidation {
namespace {

constexpr int kKeys = 1'000'000;

}  // namespace

KeyGraph::KeyGraph(Shape shape) : shape_(shape), sources_each_(shape == Shape::kRandom ? 3 : 1) {
  std::mt19937 random(1);
  for (int key = 0; key < kKeys; ++key) {
    names_.push_back(absl::StrCat("k", kKeys + key));
    if (key == 0) continue;
    switch (shape) {
      case Shape::kRandom:
        sources_.insert(sources_.end(), {static_cast<uint32_t>((key - 1) / 2),
                                         static_cast<uint32_t>(random() % key),
                                         static_cast<uint32_t>(random() % key)});
        break;
      case Shape::kStar:
        sources_.push_back(0);
        break;
      case Shape::kChain:
        sources_.push_back(key - 1);
        break;
    }
  }
}

const char* KeyGraph::name() const {
  switch (shape_) {
    case Shape::kRandom:
      return "random graph";
    case Shape::kStar:
      return "star";
    case Shape::kChain:
      return "chain";
  }
  return "";
}

BareGraph::BareGraph(const KeyGraph& graph) : begin_(graph.size() + 1) {
  for (int key = 1; key < graph.size(); ++key) {
    for (const uint32_t source : graph.SourcesOf(key)) ++begin_[source + 1];
  }
  for (int key = 0; key < graph.size(); ++key) begin_[key + 1] += begin_[key];
  dependents_.resize(begin_.back());
  std::vector<uint32_t> next = begin_;
  for (int key = 1; key < graph.size(); ++key) {
    for (const uint32_t source : graph.SourcesOf(key)) {
      dependents_[next[source]++] = static_cast<uint32_t>(key);
    }
  }
}

size_t BareGraph::Walk() const {
  std::vector<bool> seen(begin_.size());
  std::vector<uint32_t> reached = {0};
  seen[0] = true;
  for (size_t i = 0; i < reached.size(); ++i) {
    // What will be needed soon is asked for now: a limit that waits for memory is none.
    if (i + 16 < reached.size()) __builtin_prefetch(&begin_[reached[i + 16]]);
    if (i + 8 < reached.size()) __builtin_prefetch(dependents_.data() + begin_[reached[i + 8]]);
    for (uint32_t edge = begin_[reached[i]]; edge < begin_[reached[i] + 1]; ++edge) {
      const uint32_t key = dependents_[edge];
      if (seen[key]) continue;
      seen[key] = true;
      reached.push_back(key);
    }
  }
  return reached.size();
}

}  // namespace cache_invalidation
