// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_EXPLANATION_H_
#define CACHE_INVALIDATION_CLIENT_EXPLANATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::client {

// What a step of an explanation is about.
enum class ExplanationKind {
  // A kind that a newer service knows and this client does not.
  kUnknown,
  // The write itself; the root of the tree.
  kWrite,
  kDirect,
  kRule,
  kRelationship,
  kTag,
  kKey,
  kPattern,
  kDependency,
  kCascade,
  // A rule's condition, with each part that was evaluated as a child: the name is its text, the
  // reason its value.
  kCondition,
};

// One step of the reasoning.
struct ExplanationNode {
  ExplanationKind kind = ExplanationKind::kUnknown;

  // The rule, relationship, tag, key, pattern or expression.
  std::string name = {};

  // Whether this step takes effect, and one sentence that says why or why not.
  bool applies = false;
  std::string reason = {};

  // This target replaces something narrower that could not be named.
  bool widened = false;

  // For relationships: the number of hops left after this one.
  uint32_t depth_left = 0;

  // For targets: how many entries or known keys are hit, and how many keys follow through
  // dependencies.
  uint64_t entries = 0;
  uint64_t dependents = 0;

  // The target joins the pending batch, or is only marked stale.
  bool batched = false;
  bool lazy = false;

  std::vector<ExplanationNode> children = {};

  // Number of children beyond the service's limit per step.
  uint64_t children_left_out = 0;

  bool operator==(const ExplanationNode&) const = default;
};

// Why a write would invalidate its targets, or why it would not hit a key.
struct Explanation {
  // With a key: only the steps that lead to the key, and those that could have but did not.
  ExplanationNode root = {};

  // With a key: whether it would be hit.
  bool key_hit = false;

  // Totals of the whole write.
  uint64_t targets = 0;
  uint64_t entries = 0;
  uint64_t dependents = 0;
  uint64_t widened = 0;

  bool operator==(const Explanation&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_EXPLANATION_H_
