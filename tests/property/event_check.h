#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_EVENT_CHECK_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_EVENT_CHECK_H_

#include <string>

#include "server/engine/event.h"

namespace cache_invalidation::property {

// What holds for every event whatever it says: each target and each cause stands once, every target
// has a cause, every cause is of some target, and nothing stands beside everything. Empty if it
// does, otherwise what does not hold.
std::string CheckForm(const engine::Event& event);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_EVENT_CHECK_H_
