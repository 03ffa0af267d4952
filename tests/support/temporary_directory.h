// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_

#include <string>

namespace cache_invalidation {

// A new directory, deleted with its contents by the destructor. Its parent is TEST_TMPDIR, or the
// system's directory for temporary files. Aborts if none can be created.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Absolute, without links or trailing slash, as the system names it.
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
