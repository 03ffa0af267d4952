#ifndef CACHE_INVALIDATION_TESTS_CONFORMANCE_VALIDATORS_H_
#define CACHE_INVALIDATION_TESTS_CONFORMANCE_VALIDATORS_H_

#include <string>
#include <vector>

#include "tests/conformance/history.h"

namespace cache_invalidation::conformance {

// What a subscriber is promised, one check per promise (subscription_service.proto). Each answers
// the violations it finds, in words; none is good. They judge by the definitions alone and share no
// code with the server but tags and patterns.

using Violations = std::vector<std::string>;

// Started comes first and once. Revisions only grow, and the parts of one follow each other.
Violations CheckOrdered(const SubscriberHistory& history);

// No part twice on a stream, and none at or before the position where the stream starts.
Violations CheckUnique(const SubscriberHistory& history);

// Of a revision that arrived at all, every passing part arrived before anything later.
Violations CheckAtomic(const SubscriberHistory& history, const PublishedHistory& published);

// Between any two revisions that arrived, every passing one did, or a Reset came instead.
Violations CheckGapFreeOrReset(const SubscriberHistory& history, const PublishedHistory& published);

// A stream continues where it was asked to, or begins with a Reset that has a true reason.
Violations CheckResumable(const SubscriberHistory& history);

// Every part that arrived was published just so, and may concern the filter.
Violations CheckFiltered(const SubscriberHistory& history, const PublishedHistory& published);

// A Progress at R comes after every passing part up to R, and only later ones follow it. An echo
// comes after what was published before the echoed message was sent, and after that message.
Violations CheckProgressTruthful(const SubscriberHistory& history,
                                 const PublishedHistory& published);

// All of them; each violation begins with the name of the broken promise.
Violations CheckAll(const SubscriberHistory& history, const PublishedHistory& published);

// Whether a part may concern a subscriber who asked for that.
bool MayConcern(const v1::Event& part, const v1::Subscription& asked);

}  // namespace cache_invalidation::conformance

#endif  // CACHE_INVALIDATION_TESTS_CONFORMANCE_VALIDATORS_H_
