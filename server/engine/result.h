// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RESULT_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/engine/model.h"
#include "server/engine/query.h"

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

// The results of commands and queries. Results without a comment are the response of the same name,
// documented by the contract. They own their data: they are kept until the state they report is
// durable.

// Result to InvalidateByWrites and Invalidate.
struct InvalidationResult {
  uint64_t revision = 0;  // of the command's own event; the head if it caused none
  uint32_t invalidations = 0;
  std::vector<std::string> rules_fired;
  uint32_t widened = 0;
  uint32_t pending_targets = 0;
  uint64_t condition_errors = 0;  // firings only because a condition could not be evaluated
};

struct InvalidateWithDependenciesResult {
  uint64_t revision = 0;
  uint64_t invalidated = 0;
  uint64_t dependents_left = 0;
};

// Result to FlushPendingInvalidations and FlushBatch.
struct FlushResult {
  uint64_t revision = 0;
  uint32_t flushed = 0;
};

struct SetBatchDelayResult {
  absl::Duration previous_delay;
};

struct RegisterRuleResult {
  Rule rule;
  std::vector<std::string> warnings;
  bool replaced = false;
};

struct RegisterRelationshipResult {
  Relationship relationship;
  std::vector<std::string> warnings;
  bool replaced = false;
};

// Result to DeleteRule and DeleteRelationship.
struct DeleteResult {
  bool found = false;
};

enum class DeclarationChange : uint8_t { kAdded, kReplaced, kUnchanged, kDeleted };

struct DeclarationResult {
  std::string name;
  DeclarationChange change = DeclarationChange::kAdded;
  std::vector<std::string> warnings;
};

// Result to ApplyDeclarations and ValidateDeclarations. Deleted declarations follow the others, by
// name.
struct ApplyDeclarationsResult {
  std::vector<DeclarationResult> rules;
  std::vector<DeclarationResult> relationships;
  uint32_t more_warnings = 0;  // that do not fit in a response
  absl::Status refusal;        // to ValidateDeclarations: that of the command
};

struct AddCacheDependencyResult {
  uint32_t added = 0;
  bool invalidated = false;
  uint64_t revision = 0;
  std::vector<std::string> warnings;
};

struct RemoveCacheDependencyResult {
  uint32_t removed = 0;
};

enum class FillOutcome : uint8_t { kKept, kRefusedMoved, kRefusedPosition };

struct TrackResult {
  std::string key;
  FillOutcome outcome = FillOutcome::kKept;
  std::string moved;  // for kRefusedMoved
};

struct TrackEntriesResult {
  std::vector<TrackResult> results;
  uint64_t revision = 0;
  uint64_t dropped = 0;  // entries evicted because a limit was exceeded
  std::vector<std::string> warnings;
};

struct UntrackEntriesResult {
  uint32_t found = 0;
};

struct SweepResult {
  uint64_t removed = 0;
  uint64_t looked_at = 0;
  bool finished = false;  // reached the end of a round
  bool crowded = false;   // too many names are remembered: the next round forgets some
};

// Result to CreateNamespace.
struct EmptyResult {};

struct DeleteNamespaceResult {
  bool found = false;
  uint64_t revision = 0;  // of the event; the head if the namespace did not exist
};

struct RuleCounters {
  uint64_t execution_count = 0;
  uint64_t condition_errors = 0;
  std::optional<absl::Time> last_execution;

  bool operator==(const RuleCounters&) const = default;
};

struct GetRuleResult {
  std::optional<Rule> rule;  // absent: not found
  RuleCounters counters;
};

struct ListRulesResult {
  std::vector<Rule> rules;
  bool more = false;
};

struct GetRelationshipResult {
  std::optional<Relationship> relationship;  // absent: not found
};

struct ListRelationshipsResult {
  std::vector<Relationship> relationships;
  bool more = false;
};

struct DependencyEdge {
  std::string key;
  NameKind depends_on_kind = NameKind::kKey;
  std::string depends_on;
  bool declared = false;
  bool owned = false;
  std::optional<absl::Time> expires;  // of the declaration
};

struct ListCacheDependenciesResult {
  std::vector<DependencyEdge> edges;
  // There may be more edges after `last_*`, even if the page is not full or is empty.
  bool more = false;
  std::string last_key;
  NameKind last_kind = NameKind::kKey;
  std::string last_name;
};

enum class EntryState : uint8_t { kFresh, kStale, kAbsent };

struct LookupEntryResult {
  EntryState state = EntryState::kAbsent;
  uint64_t revision = 0;          // the head
  std::vector<std::string> tags;  // sorted, as many as fit in a response
  uint64_t more_tags = 0;         // the number that do not fit
  std::optional<absl::Duration> ttl;
  std::string fill_id;  // of the last kept fill; empty if it had none
};

struct ValidateResult {
  std::vector<bool> keys_moved;
  std::vector<bool> tags_moved;
  uint64_t revision = 0;  // the head
};

struct ExplainWriteResult {
  Explanation explanation;
};

struct RuleDetail {
  std::string name;
  int32_t priority = 0;
  Strategy strategy = Strategy::kImmediate;
  bool enabled = true;
  RuleCounters counters;
};

struct InvalidationStats {
  uint64_t rules = 0;
  uint64_t relationships = 0;
  uint64_t immediate_invalidations = 0;
  uint64_t batched_invalidations = 0;
  uint64_t lazy_invalidations = 0;
  uint64_t cascade_invalidations = 0;
  uint64_t widened = 0;
  uint64_t pending_targets = 0;
  uint64_t tracked_entries = 0;
  uint64_t dependency_edges = 0;
  uint64_t unchecked_fills = 0;
  uint64_t refused_fills = 0;
  uint64_t dropped_entries = 0;
  uint64_t revision = 0;  // the head
  std::vector<RuleDetail> rule_details;

  uint64_t total_invalidations() const {
    return immediate_invalidations + batched_invalidations + lazy_invalidations +
           cascade_invalidations;
  }
};

using Result =
    std::variant<EmptyResult, InvalidationResult, InvalidateWithDependenciesResult, FlushResult,
                 SetBatchDelayResult, RegisterRuleResult, RegisterRelationshipResult, DeleteResult,
                 AddCacheDependencyResult, RemoveCacheDependencyResult, TrackEntriesResult,
                 UntrackEntriesResult, SweepResult, GetRuleResult, ListRulesResult,
                 GetRelationshipResult, ListRelationshipsResult, ListCacheDependenciesResult,
                 LookupEntryResult, ValidateResult, ExplainWriteResult, InvalidationStats,
                 DeleteNamespaceResult, ApplyDeclarationsResult>;

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RESULT_H_
