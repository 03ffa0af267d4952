// SPDX-License-Identifier: Apache-2.0

// Validation of names: one check per kind of name, and the characters of UTF-8 that they
// are made of.
//
// Each check returns OK, or INVALID_ARGUMENT with what was expected and what was given, for example
// "expected 1 to 1024 bytes of UTF-8 without control characters, got 2000 bytes". The message does
// not name the field: the caller prepends its path.
//
// Control characters are U+0000 to U+001F and U+007F to U+009F. Maximum lengths are in
// common/limits.h. All functions are pure.

#ifndef CACHE_INVALIDATION_COMMON_NAMES_H_
#define CACHE_INVALIDATION_COMMON_NAMES_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the number of bytes of the first character of `text`; 0 if it is not UTF-8: truncated,
// overlong, a surrogate or above U+10FFFF. REQUIRES: `text` is not empty.
size_t Utf8CharacterBytes(absl::string_view text);

// Returns whether a character is a control character: U+0000 to U+001F, U+007F to U+009F.
// `character` has the bytes that Utf8CharacterBytes measured.
bool IsControlCharacter(absl::string_view character);

// Returns whether the whole text is UTF-8.
bool IsUtf8(absl::string_view text);

// Returns the beginning of a text: at most `most_bytes`, without splitting a character of UTF-8.
absl::string_view Utf8Prefix(absl::string_view text, size_t most_bytes);

// a-z, 0-9, "-", "_" and ".", beginning with a letter or digit. Empty is refused: the caller
// decides what an empty field means.
absl::Status CheckNamespaceName(absl::string_view name);

absl::Status CheckKey(absl::string_view key);

// At most kMaxTagLevels levels. "*" has no special meaning in the tags of entries, which can
// contain data.
absl::Status CheckTag(absl::string_view tag);

// A tag that invalidates, triggers or filters: no level of it is "*". People write "*" as a
// wildcard, and it would hit nothing; the tag above it hits everything below.
absl::Status CheckTagWithoutWildcard(absl::string_view tag);

// A resource type: no ":", because the type is the first level of its tags, and no "*", which
// people write for every type and which would invalidate everything.
absl::Status CheckType(absl::string_view type);

// Can be empty: the write affects the whole type. Not "*", which people write for that. Any number
// of levels: an id with too many is widened, because a refused write would invalidate nothing.
absl::Status CheckResourceId(absl::string_view id);

// Can be empty.
absl::Status CheckOperation(absl::string_view operation);

// The name of a rule, a relationship or a subscriber.
absl::Status CheckName(absl::string_view name);

// Can be empty.
absl::Status CheckRequestId(absl::string_view request_id);

// Can be empty: a fill without an id.
absl::Status CheckFillId(absl::string_view fill_id);

// The instance of a subscriber; can be empty.
absl::Status CheckInstance(absl::string_view instance);

// Can be empty: an unknown history.
absl::Status CheckEpoch(absl::string_view epoch);

// A prefix of keys; not empty, which would mean every key.
absl::Status CheckKeyPrefix(absl::string_view prefix);

// For people: can be empty, and can contain line breaks and tabs.
absl::Status CheckDescription(absl::string_view description);

// The common part of the checks above: `min_bytes` to `max_bytes` bytes of UTF-8 without control
// characters.
absl::Status CheckText(absl::string_view text, size_t min_bytes, size_t max_bytes);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_NAMES_H_
