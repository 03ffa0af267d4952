// Tags for users of the SDK: how types, ids and values become the tags that writes invalidate.
//
//   const std::vector<std::string> tags = {
//       ResourceTag("order", "urn:7"),           // order:urn:7
//       CollectionTag("order"),                  // order:#all
//       "tenant:" + EscapeTagValue("acme:eu")};  // tenant:acme%3Aeu
//
// Levels of a tag are separated by ":", so a value with ":" in it has levels of its own unless it
// is escaped. A write names both: an entry may carry either. Escaped, a tag is hit by nothing but
// the value itself and the tags above; as it came, it is hit by what concerns the value's first
// levels, too. docs/tags.md says the same for other languages.

#ifndef CACHE_INVALIDATION_CLIENT_TAG_H_
#define CACHE_INVALIDATION_CLIENT_TAG_H_

#include "common/tag.h"

namespace cache_invalidation::client {

using cache_invalidation::CollectionTag;
using cache_invalidation::EscapeTagValue;
using cache_invalidation::ResourceTag;

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TAG_H_
