// SPDX-License-Identifier: Apache-2.0

#include "server/backup/copied_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/stable_hash.h"

namespace cache_invalidation::backup {
namespace {

namespace fs = std::filesystem;

absl::Status CannotRead(const std::string& path, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("cannot read the copy ", path, ": ", why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CopiedFiles>> CopiedFiles::In(const std::string& directory) {
  std::unique_ptr<CopiedFiles> files(new CopiedFiles(directory));
  std::error_code error;
  fs::recursive_directory_iterator each(directory, error);
  for (; !error && each != fs::recursive_directory_iterator(); each.increment(error)) {
    if (each->is_regular_file(error)) {
      files->paths_.push_back(each->path().lexically_relative(directory));
    }
  }
  if (error) return CannotRead(directory, error.message());
  std::sort(files->paths_.begin(), files->paths_.end());
  return files;
}

CopiedFiles::~CopiedFiles() {
  std::error_code ignored;  // what is left is deleted at the next start
  fs::remove_all(directory_, ignored);
}

absl::StatusOr<std::optional<CopiedFiles::Piece>> CopiedFiles::Next() {
  if (next_ == paths_.size()) return std::nullopt;
  const std::string path = absl::StrCat(directory_, "/", paths_[next_]);
  if (!file_.is_open()) {
    file_.open(path, std::ios::binary);
    offset_ = 0;
    crc32c_ = 0;
  }
  Piece piece = {.path = paths_[next_], .offset = offset_, .bytes = std::string(kPieceBytes, '\0')};
  file_.read(piece.bytes.data(), kPieceBytes);
  if (!file_.is_open() || file_.bad()) return CannotRead(path, "the system reports an error");
  piece.bytes.resize(static_cast<size_t>(file_.gcount()));
  piece.last = file_.eof() || file_.peek() == std::ifstream::traits_type::eof();
  offset_ += piece.bytes.size();
  crc32c_ = Crc32c(piece.bytes, crc32c_);
  piece.crc32c = crc32c_;
  totals_.bytes += piece.bytes.size();
  totals_.crc32c = Crc32c(piece.bytes, totals_.crc32c);
  if (piece.last) {
    file_.close();
    file_.clear();
    ++next_;
    ++totals_.files;
  }
  return piece;
}

}  // namespace cache_invalidation::backup
