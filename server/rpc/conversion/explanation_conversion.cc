// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/write_conversion.h"

#include <cstddef>
#include <cstdint>

#include "common/check.h"
#include "common/limits.h"

namespace cache_invalidation::rpc {
namespace {

v1::ExplanationKind FromKind(engine::ExplanationKind kind) {
  switch (kind) {
    case engine::ExplanationKind::kWrite:
      return v1::EXPLANATION_KIND_WRITE;
    case engine::ExplanationKind::kDirect:
      return v1::EXPLANATION_KIND_DIRECT;
    case engine::ExplanationKind::kRule:
      return v1::EXPLANATION_KIND_RULE;
    case engine::ExplanationKind::kRelationship:
      return v1::EXPLANATION_KIND_RELATIONSHIP;
    case engine::ExplanationKind::kTag:
      return v1::EXPLANATION_KIND_TAG;
    case engine::ExplanationKind::kKey:
      return v1::EXPLANATION_KIND_KEY;
    case engine::ExplanationKind::kPattern:
      return v1::EXPLANATION_KIND_PATTERN;
    case engine::ExplanationKind::kDependency:
      return v1::EXPLANATION_KIND_DEPENDENCY;
    case engine::ExplanationKind::kCascade:
      return v1::EXPLANATION_KIND_CASCADE;
    case engine::ExplanationKind::kCondition:
      return v1::EXPLANATION_KIND_CONDITION;
  }
  Check(false, "every kind of explanation has its value in the contract");
  return v1::EXPLANATION_KIND_UNSPECIFIED;
}

// Clients' parsers accept 100 levels by default, including the messages around the tree.
constexpr int kMaxLevels = 90;

// The size of a node without its texts.
constexpr size_t kNodeBytes = 32;

// `bytes`: the size of the nodes so far. Children are left out once the response is full.
void FromNode(const engine::ExplanationNode& node, int level, size_t& bytes,
              v1::ExplanationNode* proto) {
  bytes += kNodeBytes + node.name.size() + node.reason.size();
  proto->set_kind(FromKind(node.kind));
  proto->set_name(node.name);
  proto->set_applies(node.applies);
  proto->set_reason(node.reason);
  proto->set_widened(node.widened);
  proto->set_depth_left(node.depth_left);
  proto->set_entries(node.entries);
  proto->set_dependents(node.dependents);
  proto->set_batched(node.batched);
  proto->set_lazy(node.lazy);
  uint64_t left_out = node.children_left_out;
  for (const engine::ExplanationNode& child : node.children) {
    if (level == kMaxLevels || bytes > kMaxAnswerBytes) {
      ++left_out;
    } else {
      FromNode(child, level + 1, bytes, proto->add_children());
    }
  }
  proto->set_children_left_out(left_out);
}

}  // namespace

void FromExplanation(const engine::Explanation& explanation, v1::Explanation* proto) {
  size_t bytes = 0;
  FromNode(explanation.root, 1, bytes, proto->mutable_root());
  proto->set_key_hit(explanation.key_hit);
  proto->set_targets(explanation.targets);
  proto->set_entries(explanation.entries);
  proto->set_dependents(explanation.dependents);
  proto->set_widened(explanation.widened);
}

}  // namespace cache_invalidation::rpc
