#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::engine {

// The result of ExplainWrite as a tree. The proto of the same name documents each field.

enum class ExplanationKind : uint8_t {
  kWrite,
  kDirect,
  kRule,
  kRelationship,
  kTag,
  kKey,
  kPattern,
  kDependency,
  kCascade,
  kCondition,
};

struct ExplanationNode {
  ExplanationKind kind = ExplanationKind::kWrite;
  std::string name;
  bool applies = true;
  std::string reason;
  bool widened = false;
  uint32_t depth_left = 0;
  uint64_t entries = 0;
  uint64_t dependents = 0;
  bool batched = false;
  bool lazy = false;
  std::vector<ExplanationNode> children;
  uint64_t children_left_out = 0;
};

struct Explanation {
  ExplanationNode root;
  bool key_hit = false;
  uint64_t targets = 0;
  uint64_t entries = 0;
  uint64_t dependents = 0;
  uint64_t widened = 0;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_H_
