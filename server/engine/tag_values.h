// WriteValues: what the placeholders of tag templates stand for in one write.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"
#include "common/write_context.h"
#include "server/engine/command.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// Why a tag stands for something narrower that could not be named.
enum class Unresolved : uint8_t {
  kNo,       // it does not: it is exactly what was meant
  kAbsent,   // neither the context nor its `old` has the value
  kUnknown,  // the context says that it does not know the value, or the path leads nowhere
  kMoved,    // `fields_changed` names it, and only one of its values is given
  kNull,
  kEmpty,  // an empty text, or a list without elements
  kObject,
  kNestedList,  // a list within a list
  kFraction,
  kHugeNumber,  // beyond kMaxExactInteger two rows could share a tag
  kNoTag,       // its text makes no well-formed tag: control characters, too long, too many levels
  kTooMany,     // more than kMaxTagsPerTemplate tags
  kSpent,       // the command names too many tags (WorkBudget)
  kUnscoped,    // the type was reached without the written id
};

// What a placeholder names for a value that is known to be null.
enum class NullChoice : uint8_t {
  kWiden,
  kSkip,  // nothing
  kTag,   // kNullTagValue
};

// No escaped value is this: "%" would be "%25".
inline constexpr absl::string_view kNullTagValue = "%null";

struct TagValues {
  // As they stand in a tag, each once; of more than kMaxTagsPerTemplate not all. A text with ":" or
  // "%" is there twice: escaped, and as it came. Readers may carry either.
  std::vector<std::string> texts;
  // Of the first value that has no text.
  Unresolved why = Unresolved::kNo;

  // Whether there is nothing to name: every value is a null that is skipped.
  bool empty() const { return texts.empty() && why == Unresolved::kNo; }
};

// Each value is worked out once, however many templates ask for it.
//
// Thread-compatible.
class WriteValues {
 public:
  // Both must outlive it. The budget is the command's: it pays for what is read, and for whatever
  // is made of it. REQUIRES: the context has been completed (common/write_context.h).
  WriteValues(const WriteEvent& write, WorkBudget& budget) : write_(write), budget_(budget) {}
  WriteValues(const WriteValues&) = delete;
  WriteValues& operator=(const WriteValues&) = delete;

  const WriteEvent& write() const { return write_; }
  WorkBudget& budget() const { return budget_; }

  // The written id.
  const TagValues& OfId();

  // What the write's context has at the path, now and, in `old`, before the write; each element of
  // a list by itself. A path that begins with `old` or `fields_changed` has one value, for it names
  // no member of a row. `placeholder`: says path and null choice, and outlives this. REQUIRES: the
  // path is not empty.
  const TagValues& At(absl::string_view placeholder, const std::vector<std::string>& path,
                      NullChoice null_choice);

 private:
  TagValues Read(const std::vector<std::string>& path, NullChoice null_choice);
  // Whether the value changed with the write, as far as the write says.
  bool SaysItChanged(const JsonValue& context, const std::string& member);

  const WriteEvent& write_;
  WorkBudget& budget_;
  std::optional<TagValues> id_;
  std::optional<FieldsChanged> changed_;
  absl::node_hash_map<absl::string_view, TagValues> known_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_
