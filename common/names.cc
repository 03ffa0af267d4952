// SPDX-License-Identifier: Apache-2.0

#include "common/names.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/tag.h"

namespace cache_invalidation {
namespace {

enum class Fault { kNone, kNotUtf8, kControl };

// The common case. The loop has no branch, so that compilers vectorise it.
bool IsPrintableAscii(absl::string_view text) {
  bool other = false;
  for (const char c : text) other |= c < 0x20 || c == 0x7f;
  return !other;
}

Fault FaultOf(absl::string_view text, absl::string_view allowed_controls) {
  if (IsPrintableAscii(text)) return Fault::kNone;
  while (!text.empty()) {
    const size_t bytes = Utf8CharacterBytes(text);
    if (bytes == 0) return Fault::kNotUtf8;
    const absl::string_view character = text.substr(0, bytes);
    if (IsControlCharacter(character) &&
        allowed_controls.find(character) == absl::string_view::npos) {
      return Fault::kControl;
    }
    text.remove_prefix(bytes);
  }
  return Fault::kNone;
}

std::string SizeExpected(size_t min_bytes, size_t max_bytes) {
  return min_bytes == 0 ? absl::StrCat("at most ", max_bytes, " bytes")
                        : absl::StrCat(min_bytes, " to ", max_bytes, " bytes");
}

absl::Status CheckTextWith(absl::string_view text, size_t min_bytes, size_t max_bytes,
                           absl::string_view allowed_controls) {
  std::string got;
  if (text.size() < min_bytes) {
    got = text.empty() ? "nothing" : absl::StrCat(text.size(), " bytes");
  } else if (text.size() > max_bytes) {
    got = absl::StrCat(text.size(), " bytes");
  } else {
    switch (FaultOf(text, allowed_controls)) {
      case Fault::kNone:
        return absl::OkStatus();
      case Fault::kNotUtf8:
        got = "bytes that are not UTF-8";
        break;
      case Fault::kControl:
        got = "a control character";
        break;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("expected ", SizeExpected(min_bytes, max_bytes),
                                                 " of UTF-8 without control characters, got ",
                                                 got));
}

}  // namespace

size_t Utf8CharacterBytes(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  size_t length = 0;
  // Bounds of the second byte: they exclude overlong forms, surrogates and characters above
  // U+10FFFF.
  uint8_t least = 0x80;
  uint8_t most = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) least = 0xa0;
    if (lead == 0xed) most = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) least = 0x90;
    if (lead == 0xf4) most = 0x8f;
  }
  if (length == 0 || text.size() < length || byte(1) < least || byte(1) > most) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  return length;
}

bool IsControlCharacter(absl::string_view character) {
  const auto first = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xc2 && static_cast<uint8_t>(character[1]) < 0xa0;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8CharacterBytes(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

absl::string_view Utf8Prefix(absl::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

absl::Status CheckText(absl::string_view text, size_t min_bytes, size_t max_bytes) {
  return CheckTextWith(text, min_bytes, max_bytes, "");
}

absl::Status CheckNamespaceName(absl::string_view name) {
  bool good = !name.empty() && name.size() <= kMaxNamespaceBytes &&
              (absl::ascii_islower(name[0]) || absl::ascii_isdigit(name[0]));
  for (const char c : name) {
    good &= absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_' || c == '.';
  }
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected 1 to ", kMaxNamespaceBytes,
                   " characters of a-z, 0-9, \"-\", \"_\" and \".\", beginning with a letter or "
                   "digit"));
}

absl::Status CheckKey(absl::string_view key) { return CheckText(key, 1, kMaxKeyBytes); }

absl::Status CheckTag(absl::string_view tag) {
  if (absl::Status text = CheckText(tag, 1, kMaxTagBytes); !text.ok()) return text;
  const size_t levels = LevelsOf(tag);
  if (levels <= kMaxTagLevels) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected at most ", kMaxTagLevels, " levels separated by \":\", got ", levels));
}

absl::Status CheckTagWithoutWildcard(absl::string_view tag) {
  if (absl::Status text = CheckTag(tag); !text.ok()) return text;
  for (absl::string_view rest = tag; !rest.empty();) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (rest.substr(0, end) == "*") {
      const absl::string_view above = tag.substr(0, tag.size() - rest.size());
      if (above.empty()) {
        return absl::InvalidArgumentError("expected a tag, got \"*\", which is not a wildcard");
      }
      return absl::InvalidArgumentError(absl::StrCat("\"*\" is not a wildcard; \"",
                                                     above.substr(0, above.size() - 1),
                                                     "\" covers everything below it"));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return absl::OkStatus();
}

absl::Status CheckType(absl::string_view type) {
  if (absl::Status text = CheckText(type, 1, kMaxTypeBytes); !text.ok()) return text;
  const size_t special = type.find_first_of(":*");
  if (special == absl::string_view::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected a type without \":\" and \"*\", got \"",
                                                 type.substr(special, 1), "\""));
}

absl::Status CheckResourceId(absl::string_view id) {
  if (id != "*") return CheckText(id, 0, kMaxResourceIdBytes);
  return absl::InvalidArgumentError(
      "\"*\" is not a wildcard; a write with an empty id affects the whole type");
}

absl::Status CheckOperation(absl::string_view operation) {
  return CheckText(operation, 0, kMaxOperationBytes);
}

absl::Status CheckName(absl::string_view name) { return CheckText(name, 1, kMaxNameBytes); }

absl::Status CheckRequestId(absl::string_view request_id) {
  return CheckText(request_id, 0, kMaxRequestIdBytes);
}

absl::Status CheckFillId(absl::string_view fill_id) {
  return CheckText(fill_id, 0, kMaxFillIdBytes);
}

absl::Status CheckInstance(absl::string_view instance) {
  return CheckText(instance, 0, kMaxInstanceBytes);
}

absl::Status CheckEpoch(absl::string_view epoch) { return CheckText(epoch, 0, kMaxEpochBytes); }

absl::Status CheckKeyPrefix(absl::string_view prefix) { return CheckText(prefix, 1, kMaxKeyBytes); }

absl::Status CheckDescription(absl::string_view description) {
  return CheckTextWith(description, 0, kMaxDescriptionBytes, "\t\n\r");
}

}  // namespace cache_invalidation
