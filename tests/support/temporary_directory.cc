// SPDX-License-Identifier: Apache-2.0

#include "tests/support/temporary_directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "common/check.h"

namespace cache_invalidation {
namespace {

std::string Make() {
  const char* given = std::getenv("TEST_TMPDIR");
  const std::filesystem::path parent =
      given != nullptr ? given : std::filesystem::temp_directory_path();
  std::string path = std::filesystem::canonical(parent) / "cache_invalidation.XXXXXX";
  Check(mkdtemp(path.data()) != nullptr, "a temporary directory can be made");
  return path;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() : path_(Make()) {}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cache_invalidation
