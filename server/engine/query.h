// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_QUERY_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_QUERY_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/command.h"

namespace cache_invalidation::engine {

// Queries about a namespace; they do not change it. Queries without a comment are the request of
// the same name, documented by the contract. Views as in command.h.

struct GetRule {
  absl::string_view name;
};

// A page of rules in running order. `after_*`: the last rule of the page before, which need not
// exist any more; an empty name for the first page.
struct ListRules {
  int32_t after_priority = 0;
  absl::string_view after_name;
  uint32_t limit = 0;
};

struct GetRelationship {
  absl::string_view name;
};

struct ListRelationships {
  absl::string_view source_type;  // empty: all
  absl::string_view after_name;   // empty: the first page
  uint32_t limit = 0;
};

enum class NameKind : uint8_t { kKey, kTag };

struct ListCacheDependencies {
  absl::string_view name;
  bool dependents = false;  // otherwise: what the key depends on
  // The last edge of the page before. An empty key requests the first page.
  absl::string_view after_key;
  NameKind after_kind = NameKind::kKey;
  absl::string_view after_name;
  uint32_t limit = 0;
};

struct LookupEntry {
  absl::string_view key;
};

struct KeyWithTags {
  absl::string_view key;
  std::vector<absl::string_view> tags;
  absl::string_view fill_id;  // if not empty: moved unless the entry is fresh and of this fill
};

struct Validate {
  PositionView position;
  std::vector<KeyWithTags> keys;
  std::vector<absl::string_view> tags;
};

struct ExplainWrite {
  WriteEvent write;
  absl::string_view key;  // empty: everything the write would hit
  std::vector<absl::string_view> key_tags;
};

struct GetInvalidationStats {};

// What the command would do, or why it would be refused.
struct ValidateDeclarations {
  ApplyDeclarations declarations;
};

using Query =
    std::variant<GetRule, ListRules, GetRelationship, ListRelationships, ListCacheDependencies,
                 LookupEntry, Validate, ExplainWrite, GetInvalidationStats, ValidateDeclarations>;

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_QUERY_H_
