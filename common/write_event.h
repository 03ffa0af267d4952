// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_WRITE_EVENT_H_
#define CACHE_INVALIDATION_COMMON_WRITE_EVENT_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation {

// One written row, as rules and conditions see it. Owns nothing; v1.WriteEvent documents the
// fields. An empty id concerns the whole type.
struct WriteEvent {
  absl::string_view resource_type = {};
  absl::string_view resource_id = {};
  absl::string_view operation = {};
  std::vector<absl::string_view> tags = {};
  // Decoded when it is first read. Null: an empty object.
  const JsonSource* context = nullptr;
};

// The members of a write's context that the service interprets.
inline constexpr absl::string_view kOldName = "old";
inline constexpr absl::string_view kFieldsChangedName = "fields_changed";

// Makes explicit what a context implies about its members' values before the write. Done once, when
// a context is decoded, so that templates, conditions and explanations see the same:
//
// - `old`, if it is an object, becomes open: members that it does not name are unknown.
// - A member of the context that `fields_changed` does not name, and that `old` lacks, had the same
//   value before: it is added to `old`. Nothing is added to an `old` that is unknown as a whole,
//   because there may have been no row.
// - For a path in `fields_changed`, such as "meta.color", its member "meta" is added to
//   `fields_changed`. If `old` has that member as an object, the object becomes open.
// - `old: null` is the same as no `old`.
// - An open context without `old` gets an unknown one.
//
// A value that is not an object, and an `old` of any other type, are left unchanged.
JsonValue CompleteContext(JsonValue context);

// The names in a context's `fields_changed`.
//
// A name can be a path into the member: "meta.color" and "roles[2]" name "meta" and "roles".
// Immutable.
class FieldsChanged {
 public:
  // Refers to the context, which must outlive this object.
  explicit FieldsChanged(const JsonValue& context);

  // Returns whether the context has `fields_changed`.
  bool said() const { return said_; }

  // Returns whether the member of that name may have changed: it is named, `fields_changed` is
  // absent, or it is not a list of strings.
  bool MayInclude(absl::string_view member) const;

 private:
  bool said_ = false;
  bool readable_ = false;
  std::vector<absl::string_view> members_;  // sorted
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_WRITE_EVENT_H_
