// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONFORMANCE_VALIDATORS_H_
#define CACHE_INVALIDATION_TESTS_CONFORMANCE_VALIDATORS_H_

#include <string>
#include <vector>

#include "tests/conformance/history.h"

namespace cache_invalidation::conformance {

// The delivery guarantees of subscription_service.proto, one check per guarantee. Each returns the
// violations it finds, as text; none means correct. They use only the definitions, and share no
// code with the server except tags and patterns.

using Violations = std::vector<std::string>;

// Started is the first message and occurs once. Revisions increase, and the parts of one are
// consecutive.
Violations CheckOrdered(const SubscriberHistory& history);

// No part occurs twice on a stream, and none is at or before the position where the stream starts.
Violations CheckUnique(const SubscriberHistory& history);

// If a revision arrived at all, every passing part of it arrived before anything later.
Violations CheckAtomic(const SubscriberHistory& history, const PublishedHistory& published);

// Between any two revisions that arrived, every passing one did, or a Reset arrived instead.
Violations CheckGapFreeOrReset(const SubscriberHistory& history, const PublishedHistory& published);

// A stream continues at the requested position, or begins with a Reset that has a correct reason.
Violations CheckResumable(const SubscriberHistory& history);

// Every part that arrived is equal to the published one, and may match the filter.
Violations CheckFiltered(const SubscriberHistory& history, const PublishedHistory& published);

// A Progress at R comes after every passing part up to R, and only later ones follow it. An echo
// comes after what was published before the echoed message was sent, and after that message.
Violations CheckProgressTruthful(const SubscriberHistory& history,
                                 const PublishedHistory& published);

// All checks; each violation begins with the name of the guarantee.
Violations CheckAll(const SubscriberHistory& history, const PublishedHistory& published);

// Returns whether a part may match the filter of a subscription.
bool MayConcern(const v1::Event& part, const v1::Subscription& asked);

}  // namespace cache_invalidation::conformance

#endif  // CACHE_INVALIDATION_TESTS_CONFORMANCE_VALIDATORS_H_
