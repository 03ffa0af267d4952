// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TABLE_RULES_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TABLE_RULES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/change/type_mapping.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace cache_invalidation::connect {

// What the configuration says of the tables that `match` names. In the texts \1 to \9 are the
// groups of `match`.
struct TableRule {
  // An RE2 expression for the whole name: the table's, with its schema if that is not `public`. A
  // partition has the name of its root.
  std::string match = {};

  bool ignore = false;                 // changes are not reported
  std::string type = {};               // of the writes. Empty: TypeMapping's
  std::string id_prefix = {};          // before each id; for tenants with equal ids
  std::vector<std::string> key = {};   // columns of the id. Empty: those of the primary key
  std::vector<std::string> tags = {};  // of every write
};

// What one table gets: a rule with its groups filled in.
struct TableTreatment {
  bool ignore = false;
  change::TypeMapping types = {};
  std::string id_prefix = {};
  std::vector<std::string> key = {};
  std::vector<std::string> tags = {};
};

// The rules of all tables; the first match counts. Without one, a table is reported as it is.
// Thread-compatible.
class TableRules {
 public:
  // INVALID_ARGUMENT: an expression, or a text with groups, is malformed.
  absl::Status Add(TableRule rule);

  TableTreatment Of(absl::string_view schema, absl::string_view table) const;

 private:
  struct Compiled {
    TableRule rule;
    std::shared_ptr<const re2::RE2> pattern;
    change::TypeMapping types;
  };

  std::vector<Compiled> rules_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TABLE_RULES_H_
