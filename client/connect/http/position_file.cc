#include "client/connect/http/position_file.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/connect/replace_file.h"
#include "common/files.h"
#include "common/stable_hash.h"

namespace cache_invalidation::connect {
namespace {

constexpr char kVersion[] = "1";
constexpr size_t kMaxBytes = 4'096;

void AppendTemplate(std::vector<std::string>& parts, const RequestTemplate& request) {
  parts.push_back(request.method);
  parts.insert(parts.end(), request.headers.begin(), request.headers.end());
  parts.push_back(request.body);
}

}  // namespace

std::string PositionFileOf(const HttpSinkOptions& options, absl::string_view endpoint) {
  std::vector<std::string> parts = {
      kVersion, std::string(endpoint), options.id,
      absl::StrCat(static_cast<int>(options.preset), static_cast<int>(options.on_keys),
                   static_cast<int>(options.on_everything))};
  AppendTemplate(parts, options.request);
  AppendTemplate(parts, options.everything_request);
  parts.insert(parts.end(), options.key_prefixes.begin(), options.key_prefixes.end());
  return absl::StrCat(options.state_file, ".",
                      absl::Hex(StableHash(absl::StrJoin(parts, "\n")), absl::kZeroPad16));
}

std::optional<client::Position> ReadPosition(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxBytes);
  if (!text.ok()) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(absl::StripSuffix(*text, "\n"), ' ');
  client::Position position;
  if (parts.size() != 3 || parts[0] != kVersion || parts[1].empty() ||
      !absl::SimpleAtoi(parts[2], &position.revision)) {
    return std::nullopt;
  }
  position.epoch = parts[1];
  return position;
}

absl::Status WritePosition(const std::string& path, const client::Position& position) {
  return ReplaceFile(path,
                     absl::StrCat(kVersion, " ", position.epoch, " ", position.revision, "\n"));
}

}  // namespace cache_invalidation::connect
