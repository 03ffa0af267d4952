// SPDX-License-Identifier: Apache-2.0

#include "client/internal/token_file.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/files.h"

namespace cache_invalidation::client::internal {
namespace {

// Reads a little more than a token can have, whatever the size of the file.
absl::StatusOr<std::string> ReadToken(const std::string& path) {
  // With spaces and line breaks around the token.
  const absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxTokenBytes + 64);
  if (!text.ok()) return text.status();
  std::string token(absl::StripAsciiWhitespace(*text));
  const absl::Status status = CheckToken(token);
  if (!status.ok()) return status;
  return token;
}

}  // namespace

absl::Status CheckToken(absl::string_view token) {
  if (token.empty()) return absl::InvalidArgumentError("expected a token, got an empty text");
  if (token.size() > kMaxTokenBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected at most ", kMaxTokenBytes, " bytes, got more"));
  }
  if (!std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return absl::InvalidArgumentError(
        "expected visible ASCII; the token has a space, a line break or another character");
  }
  return absl::OkStatus();
}

TokenFile::TokenFile(std::string path, std::shared_ptr<Clock> clock, Log log)
    : path_(std::move(path)), clock_(std::move(clock)), log_(std::move(log)) {
  absl::StatusOr<std::string> token = ReadToken(path_);
  if (!token.ok()) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat("ClientOptions::token_file: ", path_, ": ", token.status().message()));
  }
  MutexLock lock(mutex_);
  if (token.ok()) token_ = *std::move(token);
  read_again_ = clock_->Monotonic() + kInterval;
}

std::string TokenFile::Token() {
  const absl::Duration now = clock_->Monotonic();
  {
    MutexLock lock(mutex_);
    if (now < read_again_) return token_;
    read_again_ = now + kInterval;
  }
  absl::StatusOr<std::string> read = ReadToken(path_);
  std::string message;
  if (!read.ok()) {
    message = absl::StrCat("token_file: ", path_, ": ", read.status().message(),
                           "; the last token is sent");
  }
  std::string token;
  {
    MutexLock lock(mutex_);
    if (read.ok()) token_ = *std::move(read);
    if (logged_ == message) {
      message.clear();
    } else {
      logged_ = message;
    }
    token = token_;
  }
  if (!message.empty() && log_) log_(message);
  return token;
}

}  // namespace cache_invalidation::client::internal
