// What callers may name things: one check per kind of name.
//
// Each check answers OK, or INVALID_ARGUMENT with what was expected and what came instead, for
// example "expected 1 to 1024 bytes of UTF-8 without control characters, got 2000 bytes". The
// message leaves out which field it was: the caller knows the path and puts it in front.
//
// Control characters are U+0000 to U+001F and U+007F to U+009F. Lengths are in common/limits.h.
// All functions are pure.

#ifndef CACHE_INVALIDATION_COMMON_NAMES_H_
#define CACHE_INVALIDATION_COMMON_NAMES_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// a-z, 0-9, "-", "_" and ".", beginning with a letter or digit. Empty is refused: what an empty
// field means is for the caller to decide.
absl::Status CheckNamespaceName(absl::string_view name);

absl::Status CheckKey(absl::string_view key);

// At most kMaxTagLevels levels. "*" means nothing special in the tags of entries, which data may
// name.
absl::Status CheckTag(absl::string_view tag);

// A tag that invalidates, triggers or filters: no level of it is "*". People write that as a
// wildcard, and it would hit nothing; what stands above it hits everything below.
absl::Status CheckTagWithoutWildcard(absl::string_view tag);

// A resource type: no ":", since the type is the first level of its tags, and no "*", which people
// write when they mean every type: that would invalidate everything.
absl::Status CheckType(absl::string_view type);

// May be empty: the write concerns the whole type. Not "*", by which people mean that. Of any
// number of levels: what has too many of them is widened, for a refused write invalidates nothing.
absl::Status CheckResourceId(absl::string_view id);

// May be empty.
absl::Status CheckOperation(absl::string_view operation);

// The name of a rule, a relationship or a subscriber.
absl::Status CheckName(absl::string_view name);

// May be empty.
absl::Status CheckRequestId(absl::string_view request_id);

// May be empty: a fill without one.
absl::Status CheckFillId(absl::string_view fill_id);

// The instance of a subscriber; may be empty.
absl::Status CheckInstance(absl::string_view instance);

// May be empty: an unknown history.
absl::Status CheckEpoch(absl::string_view epoch);

// The beginning of keys; not empty, which would mean every key.
absl::Status CheckKeyPrefix(absl::string_view prefix);

// For humans: may be empty, and may hold line breaks and tabs.
absl::Status CheckDescription(absl::string_view description);

// What the checks above are made of: `min_bytes` to `max_bytes` bytes of UTF-8 without control
// characters.
absl::Status CheckText(absl::string_view text, size_t min_bytes, size_t max_bytes);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_NAMES_H_
