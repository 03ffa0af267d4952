#ifndef CACHE_INVALIDATION_TESTS_FILES_TEMPORARY_DIRECTORY_H_
#define CACHE_INVALIDATION_TESTS_FILES_TEMPORARY_DIRECTORY_H_

#include <string>

namespace cache_invalidation {

// A directory of its own, gone with all that is in it when it goes. Its parent is TEST_TMPDIR, or
// the system's for such files. The program ends if none can be made.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Absolute, without links or a slash at its end, as the system names it.
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FILES_TEMPORARY_DIRECTORY_H_
