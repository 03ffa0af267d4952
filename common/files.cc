// SPDX-License-Identifier: Apache-2.0

#include "common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation {
namespace {

absl::Status CannotWrite(const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot write ", path, ": ", strerror(errno)));
}

}  // namespace

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

std::optional<std::string> ReadAtMost(std::istream& stream, size_t most) {
  constexpr size_t kPiece = 64 << 10;
  if (!stream) return std::nullopt;
  std::string text;
  while (stream && text.size() < most) {
    const size_t before = text.size();
    text.resize(before + std::min(kPiece, most - before));
    // Unlike an iterator over the buffer, it turns exceptions of the buffer into a bad stream.
    stream.read(text.data() + before, static_cast<std::streamsize>(text.size() - before));
    text.resize(before + static_cast<size_t>(stream.gcount()));
  }
  if (stream.bad()) return std::nullopt;
  return text;
}

absl::Status ReplaceFile(const std::string& path, absl::string_view text, unsigned permissions) {
  const std::string unfinished = path + ".unfinished";
  const int file = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions);
  if (file < 0) return CannotWrite(unfinished);
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    good = written > 0;
    if (good) text.remove_prefix(static_cast<size_t>(written));
  }
  good = good && fdatasync(file) == 0;
  good = close(file) == 0 && good;
  if (!good || std::rename(unfinished.c_str(), path.c_str()) != 0) return CannotWrite(path);
  return absl::OkStatus();
}

std::string ParentOf(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace cache_invalidation
