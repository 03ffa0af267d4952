#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_REPLY_TEXT_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_REPLY_TEXT_H_

#include <string>

#include "server/engine/reply.h"

namespace cache_invalidation::property {

// Everything in a reply that is compared as it stands, so that two replies are equal when their
// texts are. Left out, because somebody else compares them with more care: warnings, the name in a
// refused fill, tracked entries and dependency edges of the statistics, verdicts of Validate,
// explanations, and how much a sweep removed.
std::string Text(const engine::Reply& reply);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_REPLY_TEXT_H_
