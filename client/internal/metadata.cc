// SPDX-License-Identifier: Apache-2.0

#include "client/internal/metadata.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::client::internal {
namespace {

// What HTTP/2 counts for an entry besides its name and value.
constexpr size_t kBytesPerEntry = 32;

// They mean something to gRPC or HTTP/2.
constexpr std::array<absl::string_view, 5> kReserved = {"connection", "content-type", "host", "te",
                                                        "user-agent"};

bool IsNameCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
}

absl::Status CheckEntry(absl::string_view name, absl::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a name of a-z, 0-9, \"_\", \"-\" and \".\", got \"", name, "\""));
  }
  if (absl::StartsWith(name, "grpc-") ||
      std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) {
    return absl::InvalidArgumentError(absl::StrCat("the name \"", name, "\" is reserved"));
  }
  if (absl::EndsWith(name, "-bin")) return absl::OkStatus();
  // The value may be secret: it is not shown.
  if (!std::all_of(value.begin(), value.end(), absl::ascii_isprint)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value of \"", name, "\" is not printable ASCII; end the name with -bin"));
  }
  if (absl::StripAsciiWhitespace(value) != value) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value of \"", name, "\" has spaces at its ends, which would be lost"));
  }
  return absl::OkStatus();
}

CallMetadata WithToken(const ClientOptions& options) {
  CallMetadata metadata = options.metadata;
  if (!options.token.empty()) metadata.emplace_back(kAuthorization, "Bearer " + options.token);
  return metadata;
}

}  // namespace

absl::Status CheckMetadata(const CallMetadata& metadata, size_t max_bytes) {
  size_t bytes = 0;
  for (size_t i = 0; i < metadata.size(); ++i) {
    const auto& [name, value] = metadata[i];
    const absl::Status status = CheckEntry(name, value);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("[", i, "]: ", status.message()));
    }
    bytes += name.size() + value.size() + kBytesPerEntry;
  }
  if (bytes <= max_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(": expected at most ", max_bytes, " bytes with 32 for each entry, got ", bytes));
}

absl::Status CheckCallMetadata(const CallMetadata& metadata) {
  absl::Status status = CheckMetadata(metadata, kMaxCallMetadataBytes);
  for (const auto& [name, value] : metadata) {
    if (name == kAuthorization) {
      status.Update(absl::InvalidArgumentError(
          ": authorization belongs to the connection (ClientOptions::token)"));
    }
  }
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat("metadata", status.message()));
}

ConnectionMetadata::ConnectionMetadata(const ClientOptions& options, std::shared_ptr<Clock> clock,
                                       TokenFile::Log log)
    : fixed_(WithToken(options)) {
  if (!options.token_file.empty()) {
    token_file_ = std::make_unique<TokenFile>(options.token_file, std::move(clock), std::move(log));
  }
}

absl::Status ConnectionMetadata::status() const {
  return token_file_ == nullptr ? absl::OkStatus() : token_file_->status();
}

CallMetadata ConnectionMetadata::Get() {
  CallMetadata metadata = fixed_;
  if (token_file_ != nullptr) {
    metadata.emplace_back(kAuthorization, absl::StrCat("Bearer ", token_file_->Token()));
  }
  return metadata;
}

}  // namespace cache_invalidation::client::internal
