#include "common/regular_file.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "common/bounded_input.h"

namespace cache_invalidation {

absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(error ? error.message() : "not a regular file");
  }
  std::ifstream file(path, std::ios::binary);
  std::optional<std::string> text = ReadAtMost(file, most);
  if (!text) return absl::InvalidArgumentError("cannot be read");
  return *std::move(text);
}

}  // namespace cache_invalidation
