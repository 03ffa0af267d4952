#include "client/cachectl/input_file.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::cachectl {

absl::StatusOr<std::string> ReadInputFile(const std::string& name, std::istream& standard_input) {
  std::ifstream file;
  std::istream* stream = &standard_input;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) return absl::UnknownError(absl::StrCat("cannot open ", name));
    stream = &file;
  }
  std::string content((std::istreambuf_iterator<char>(*stream)), std::istreambuf_iterator<char>());
  if (stream->bad()) return absl::UnknownError(absl::StrCat("cannot read ", name));
  return content;
}

}  // namespace cache_invalidation::cachectl
