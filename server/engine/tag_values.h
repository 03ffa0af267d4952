// SPDX-License-Identifier: Apache-2.0

// WriteValues: the values of placeholders in tag templates for one write.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"
#include "common/write_event.h"
#include "server/engine/command.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// Why a tag was widened.
enum class Unresolved : uint8_t {
  kNo,       // not widened
  kAbsent,   // neither the context nor its `old` has the value
  kUnknown,  // the context marks the value as unknown, or the path leads nowhere
  kMoved,    // `fields_changed` names it, and only one of its values is given
  kNull,
  kEmpty,  // an empty text, or a list without elements
  kObject,
  kNestedList,  // a list within a list
  kFraction,
  kHugeNumber,  // beyond kMaxExactInteger two rows could share a tag
  kNoTag,       // makes no well-formed tag: control characters, too long, too many levels
  kTooMany,     // more than kMaxTagsPerTemplate tags
  kSpent,       // the command names too many tags (WorkBudget)
  kUnscoped,    // the type was reached without the written id
};

// How a placeholder renders a value that is known to be null.
enum class NullChoice : uint8_t {
  kWiden,
  kSkip,  // nothing
  kTag,   // kNullTagValue
};

// Cannot collide with an escaped value: "%" is escaped as "%25".
inline constexpr absl::string_view kNullTagValue = "%null";

// What one placeholder is filled in with.
struct TagValues {
  // The texts for the tag, each once, truncated beyond kMaxTagsPerTemplate. A text with ":" or "%"
  // appears twice: escaped and verbatim. Entries can carry either.
  std::vector<std::string> texts;
  // The reason for the first value that has no text.
  Unresolved why = Unresolved::kNo;

  // True if there is nothing to name: every value is a skipped null.
  bool empty() const { return texts.empty() && why == Unresolved::kNo; }
};

// Computes each value once, however many templates use it.
//
// Thread-compatible.
class WriteValues {
 public:
  // Both must outlive the object. The command's budget is charged for what is read and for what is
  // made of it. REQUIRES: the context has been completed (common/write_event.h).
  WriteValues(const WriteEvent& write, WorkBudget& budget) : write_(write), budget_(budget) {}
  WriteValues(const WriteValues&) = delete;
  WriteValues& operator=(const WriteValues&) = delete;

  const WriteEvent& write() const { return write_; }
  WorkBudget& budget() const { return budget_; }

  // The written id.
  const TagValues& OfId();

  // The values at the path in the write's context, now and, in `old`, before the write; each
  // element of a list separately. A path that begins with `old` or `fields_changed` names no member
  // of a row and has one value. `placeholder`: identifies the path and null choice, and must
  // outlive the object. REQUIRES: the path is not empty.
  const TagValues& At(absl::string_view placeholder, const std::vector<std::string>& path,
                      NullChoice null_choice);

 private:
  TagValues Read(const std::vector<std::string>& path, NullChoice null_choice);
  // Whether the write says that the value changed.
  bool SaysItChanged(const JsonValue& context, const std::string& member);

  const WriteEvent& write_;
  WorkBudget& budget_;
  std::optional<TagValues> id_;
  std::optional<FieldsChanged> changed_;
  absl::node_hash_map<absl::string_view, TagValues> known_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_
