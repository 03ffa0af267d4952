#ifndef CACHE_INVALIDATION_COMMON_WRITE_CONTEXT_H_
#define CACHE_INVALIDATION_COMMON_WRITE_CONTEXT_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation {

// The members of a write's context that mean something to the service.
inline constexpr absl::string_view kOldName = "old";
inline constexpr absl::string_view kFieldsChangedName = "fields_changed";

// What a context says of its members' values before the write, said in full. Whoever decodes a
// context does this once, so that templates, conditions and explanations see the same.
//
//   - `old`, if it is an object, becomes open: what it does not name is not known.
//   - A member of the context that `fields_changed` does not name, and that `old` lacks, had the
//     same value before: `old` gets it. An `old` that is not known as a whole gets nothing, because
//     there may have been no row.
//   - A path in `fields_changed`, such as "meta.color", stands for its member as well: "meta" is
//     added. Where `old` has that member as an object, the object becomes open.
//   - `old: null` is the same as no `old`.
//   - An open context without `old` has one that is not known.
//
// A value that is no object, and an `old` of any other type, stay as they are.
JsonValue CompleteContext(JsonValue context);

// The names in a context's `fields_changed`.
//
// A name may go on into the member: "meta.color" and "roles[2]" name "meta" and "roles". Immutable.
class FieldsChanged {
 public:
  // Views the context.
  explicit FieldsChanged(const JsonValue& context);

  // Whether the context has `fields_changed` at all.
  bool said() const { return said_; }

  // Whether the member of that name may have changed: it is named, or nothing is said, or what is
  // said is no list of strings.
  bool MayInclude(absl::string_view member) const;

 private:
  bool said_ = false;
  bool readable_ = false;
  std::vector<absl::string_view> members_;  // sorted
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_WRITE_CONTEXT_H_
