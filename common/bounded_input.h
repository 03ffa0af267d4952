#ifndef CACHE_INVALIDATION_COMMON_BOUNDED_INPUT_H_
#define CACHE_INVALIDATION_COMMON_BOUNDED_INPUT_H_

#include <cstddef>
#include <istream>
#include <optional>
#include <string>

namespace cache_invalidation {

// Returns what is left of the stream, at most `most` bytes of it: a file that is named by mistake
// can have no end. Nothing if the stream is not open, or cannot be read, as a directory cannot.
// Does not throw.
std::optional<std::string> ReadAtMost(std::istream& stream, size_t most);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_BOUNDED_INPUT_H_
