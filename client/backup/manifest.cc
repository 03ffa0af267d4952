// SPDX-License-Identifier: Apache-2.0

#include "client/backup/manifest.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/backup/synced_file.h"
#include "client/json_text/json_text.h"
#include "common/files.h"

namespace cache_invalidation::client {
namespace {

// Counts up when a reader of the old form would misread the new one.
constexpr uint64_t kFormat = 1;

// A file takes about 80 bytes here, and a store of a terabyte has some ten thousand.
constexpr size_t kMaxManifestBytes = 16 << 20;

// In UTC.
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%SZ";

// Names longer than that are none of a store's.
constexpr size_t kMaxPathBytes = 256;

absl::Status Wrong(absl::string_view field, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": expected ", expected));
}

// Reads the members of one object. Remembers the first error.
class Members {
 public:
  Members(const JsonText& object, std::string where) : object_(object), where_(std::move(where)) {}

  std::string Text(absl::string_view name) {
    const JsonText* value = Find(name, JsonText::Kind::kString, "a string");
    return value == nullptr ? "" : value->text;
  }

  uint64_t Number(absl::string_view name) {
    const JsonText* value = Find(name, JsonText::Kind::kNumber, "a number");
    uint64_t number = 0;
    if (value != nullptr && !absl::SimpleAtoi(value->text, &number)) {
      Fail(name, "a whole number from 0 on");
    }
    return number;
  }

  uint32_t Checksum(absl::string_view name) {
    const std::string text = Text(name);
    uint32_t checksum = 0;
    if (text.size() != 8 || !absl::SimpleHexAtoi(text, &checksum)) Fail(name, "8 hex digits");
    return checksum;
  }

  absl::Time Time(absl::string_view name) {
    absl::Time time;
    std::string ignored;
    if (!absl::ParseTime(kTimeFormat, Text(name), &time, &ignored)) {
      Fail(name, "a time such as 2026-01-31T12:00:00Z");
    }
    return time;
  }

  const std::vector<JsonText>* List(absl::string_view name) {
    const JsonText* value = Find(name, JsonText::Kind::kList, "a list");
    return value == nullptr ? nullptr : &value->elements;
  }

  void Fail(absl::string_view name, absl::string_view expected) {
    if (status_.ok()) status_ = Wrong(absl::StrCat(where_, name), expected);
  }
  const absl::Status& status() const { return status_; }

 private:
  const JsonText* Find(absl::string_view name, JsonText::Kind kind, absl::string_view expected) {
    const JsonText* value = object_.kind == JsonText::Kind::kObject ? object_.Find(name) : nullptr;
    if (value != nullptr && value->kind == kind) return value;
    Fail(name, expected);
    return nullptr;
  }

  const JsonText& object_;
  const std::string where_;
  absl::Status status_;
};

absl::StatusOr<std::vector<Manifest::File>> ParseFiles(const std::vector<JsonText>& list) {
  std::vector<Manifest::File> files;
  absl::flat_hash_set<std::string> paths;
  for (const JsonText& element : list) {
    const std::string where = absl::StrCat("files[", files.size(), "].");
    Members members(element, where);
    Manifest::File file = {.path = members.Text("path"),
                           .bytes = members.Number("bytes"),
                           .crc32c = members.Checksum("crc32c")};
    if (!members.status().ok()) return members.status();
    if (absl::Status status = CheckPath(file.path); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(where, status.message()));
    }
    if (!paths.insert(file.path).second) {
      return Wrong(absl::StrCat(where, "path"), absl::StrCat(file.path, " once"));
    }
    files.push_back(std::move(file));
  }
  for (const char* path : {kLogEndPath, kCopiedPath, kCurrentPath}) {
    if (!paths.contains(path)) return Wrong("files", absl::StrCat("one of the path ", path));
  }
  return files;
}

}  // namespace

uint64_t Manifest::bytes() const {
  uint64_t sum = 0;
  for (const File& file : files) sum += file.bytes;
  return sum;
}

absl::Status CheckPath(absl::string_view path) {
  bool fits = path.size() <= kMaxPathBytes;
  for (const absl::string_view name : absl::StrSplit(path, '/')) {
    fits &= !name.empty() && name != "." && name != "..";
    fits &= std::all_of(name.begin(), name.end(), [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
    });
  }
  if (fits && path != kManifestName) return absl::OkStatus();
  return Wrong("path", absl::StrCat("names of letters, digits, \".\", \"_\" and \"-\" below the "
                                    "directory, got ",
                                    QuoteJson(path.substr(0, kMaxPathBytes))));
}

std::string ToJson(const Manifest& manifest) {
  std::string json = absl::StrCat(
      "{\"format\":", kFormat, ",\"epoch\":", QuoteJson(manifest.epoch),
      ",\"serverVersion\":", QuoteJson(manifest.server_version), ",\"time\":\"",
      absl::FormatTime(kTimeFormat, manifest.time, absl::UTCTimeZone()),
      "\",\"fileCount\":", manifest.files.size(), ",\"bytes\":", manifest.bytes(), ",\"files\":[");
  absl::string_view separator;
  for (const Manifest::File& file : manifest.files) {
    absl::StrAppend(&json, separator, "{\"path\":", QuoteJson(file.path), ",\"bytes\":", file.bytes,
                    ",\"crc32c\":\"", absl::Hex(file.crc32c, absl::kZeroPad8), "\"}");
    separator = ",";
  }
  return absl::StrCat(json, "]}");
}

absl::StatusOr<Manifest> ParseManifest(absl::string_view json) {
  const absl::StatusOr<JsonText> text = ParseJson(json);
  if (!text.ok()) return text.status();
  Members members(*text, "");
  if (members.Number("format") != kFormat) members.Fail("format", absl::StrCat(kFormat));
  Manifest manifest = {.epoch = members.Text("epoch"),
                       .server_version = members.Text("serverVersion"),
                       .time = members.Time("time")};
  const uint64_t count = members.Number("fileCount");
  const uint64_t bytes = members.Number("bytes");
  const std::vector<JsonText>* list = members.List("files");
  if (!members.status().ok()) return members.status();
  absl::StatusOr<std::vector<Manifest::File>> files = ParseFiles(*list);
  if (!files.ok()) return files.status();
  manifest.files = *std::move(files);
  if (manifest.files.size() != count) return Wrong("files", absl::StrCat(count, " of them"));
  if (manifest.bytes() != bytes) {
    return Wrong("files", absl::StrCat(bytes, " bytes in all, got ", manifest.bytes()));
  }
  return manifest;
}

absl::StatusOr<Manifest> ReadManifest(const std::string& backup) {
  const std::string path = absl::StrCat(backup, "/", kManifestName);
  if (access(path.c_str(), R_OK) != 0) return FileError("cannot open", path);
  const absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxManifestBytes + 1);
  if (!text.ok()) {
    return absl::Status(text.status().code(), absl::StrCat(path, ": ", text.status().message()));
  }
  if (text->size() > kMaxManifestBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected at most ", kMaxManifestBytes, " bytes"));
  }
  absl::StatusOr<Manifest> manifest = ParseManifest(*text);
  if (manifest.ok()) return manifest;
  return absl::Status(manifest.status().code(),
                      absl::StrCat(path, ": ", manifest.status().message()));
}

}  // namespace cache_invalidation::client
