// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_EVENT_CHECK_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_EVENT_CHECK_H_

#include <string>

#include "server/engine/event.h"

namespace cache_invalidation::property {

// Checks what holds for every event: each target and each cause occurs once, every target has a
// cause, every cause belongs to a target, and an event of everything has no other target. Returns
// an empty string or the violation.
std::string CheckForm(const engine::Event& event);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_EVENT_CHECK_H_
