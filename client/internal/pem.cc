// SPDX-License-Identifier: Apache-2.0

#include "client/internal/pem.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kDashes = "-----";
constexpr uint8_t kSequence = 0x30;

// All root certificates of a machine are a quarter of this.
constexpr size_t kMaxPemFileBytes = 1 << 20;

// Whether the bytes are one ASN.1 sequence in DER, to their end.
bool IsOneSequence(absl::string_view der) {
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(der[at]); };
  if (der.size() < 2 || byte(0) != kSequence) return false;
  size_t length = byte(1);
  size_t header = 2;
  if (length >= 0x80) {
    // The long form: the number of the bytes of the length, then these.
    const size_t count = length - 0x80;
    if (count == 0 || count > 4 || der.size() < header + count) return false;
    length = 0;
    for (size_t i = 0; i < count; ++i) length = length << 8 | byte(header + i);
    header += count;
  }
  return header + length == der.size();
}

absl::Status CheckBlock(absl::string_view label, absl::string_view base64) {
  std::string der;
  if (!absl::Base64Unescape(base64, &der) || !IsOneSequence(der)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the block \"", label, "\" is damaged: not the base64 of an ASN.1 sequence"));
  }
  return absl::OkStatus();
}

// Checks every block whose label `is_wanted` says is wanted. Returns their number.
absl::StatusOr<int> CheckBlocks(
    absl::string_view pem,
    absl::FunctionRef<absl::StatusOr<bool>(absl::string_view label, absl::string_view content)>
        is_wanted) {
  int found = 0;
  while (true) {
    const size_t begin = pem.find(kBegin);
    if (begin == absl::string_view::npos) return found;
    pem.remove_prefix(begin + kBegin.size());
    const size_t label_end = pem.find(kDashes);
    if (label_end == absl::string_view::npos) {
      return absl::InvalidArgumentError("the line of a BEGIN is not complete");
    }
    const absl::string_view label = pem.substr(0, label_end);
    const std::string end_line = absl::StrCat("-----END ", label, kDashes);
    const size_t end = pem.find(end_line);
    if (end == absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat("the block \"", label, "\" has no END"));
    }
    const absl::string_view content =
        pem.substr(label_end + kDashes.size(), end - label_end - kDashes.size());
    const absl::StatusOr<bool> wanted = is_wanted(label, content);
    if (!wanted.ok()) return wanted.status();
    if (*wanted) {
      const absl::Status status = CheckBlock(label, content);
      if (!status.ok()) return status;
      ++found;
    }
    pem.remove_prefix(end + end_line.size());
  }
}

}  // namespace

absl::Status CheckPemCertificates(absl::string_view pem) {
  const absl::StatusOr<int> found =
      CheckBlocks(pem, [](absl::string_view label, absl::string_view /*content*/) {
        return absl::EndsWith(label, "CERTIFICATE");
      });
  if (!found.ok()) return found.status();
  if (*found == 0) {
    return absl::InvalidArgumentError("expected PEM certificates, got a text without one");
  }
  return absl::OkStatus();
}

absl::Status CheckPemPrivateKey(absl::string_view pem) {
  const absl::StatusOr<int> found = CheckBlocks(
      pem, [](absl::string_view label, absl::string_view content) -> absl::StatusOr<bool> {
        if (!absl::EndsWith(label, "PRIVATE KEY")) return false;
        if (label == "ENCRYPTED PRIVATE KEY" || absl::StrContains(content, "ENCRYPTED")) {
          return absl::InvalidArgumentError("the private key is encrypted with a passphrase");
        }
        return true;
      });
  if (!found.ok()) return found.status();
  if (*found != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one PEM private key, got ", *found == 0 ? "none" : "several"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadPemFile(const std::string& path) {
  const auto refuse = [&](absl::string_view reason) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", reason));
  };
  absl::StatusOr<std::string> pem = ReadRegularFile(path, kMaxPemFileBytes + 1);
  if (!pem.ok()) return refuse(pem.status().message());
  if (pem->size() > kMaxPemFileBytes) return refuse("expected at most 1 MiB, got more");
  return pem;
}

}  // namespace cache_invalidation::client::internal
