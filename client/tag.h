// SPDX-License-Identifier: Apache-2.0

// Tags for users of the SDK: how types, ids and values form the tags that writes invalidate.
//
//   const std::vector<std::string> tags = {
//       ResourceTag("order", "urn:7"),           // order:urn:7
//       CollectionTag("order"),                  // order:#all
//       "tenant:" + EscapeTagValue("acme:eu")};  // tenant:acme%3Aeu
//
// ":" separates the levels of a tag, so a value that contains ":" has levels of its own unless it
// is escaped. A write names both forms: an entry can carry either. An escaped tag is hit only by
// the value itself and by the tags above it; an unescaped one is also hit by invalidations of the
// value's first levels. docs/tags.md has the rules for other languages.
//
// Threads: pure functions.
// Errors: none. A tag that is too long or not UTF-8 is refused by the calls that take it.
// Cost: one string.

#ifndef CACHE_INVALIDATION_CLIENT_TAG_H_
#define CACHE_INVALIDATION_CLIENT_TAG_H_

#include "common/tag.h"

namespace cache_invalidation::client {

using cache_invalidation::CollectionTag;
using cache_invalidation::EscapeTagValue;
using cache_invalidation::ResourceTag;

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TAG_H_
