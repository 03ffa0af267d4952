#include "client/connect/secrets.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/regular_file.h"

namespace cache_invalidation::connect {
namespace {

constexpr size_t kMaxSecretBytes = 64 << 10;

}  // namespace

SecretSources ProcessSecrets() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          .file = [](const std::string& path) -> std::optional<std::string> {
            absl::StatusOr<std::string> content = ReadRegularFile(path, kMaxSecretBytes);
            if (!content.ok()) return std::nullopt;
            while (absl::EndsWith(*content, "\n") || absl::EndsWith(*content, "\r")) {
              content->pop_back();
            }
            return *std::move(content);
          }};
}

absl::StatusOr<std::string> SecretOf(const std::string& text, const SecretSources& sources) {
  absl::string_view inner = text;
  if (!absl::ConsumePrefix(&inner, "${") || !absl::ConsumeSuffix(&inner, "}")) return text;
  const bool is_file = absl::ConsumePrefix(&inner, "file:");
  const std::string name(inner);
  const std::optional<std::string> secret = is_file ? sources.file(name) : sources.variable(name);
  if (secret.has_value()) return *secret;
  return absl::InvalidArgumentError(is_file ? absl::StrCat("cannot read the file ", name)
                                            : absl::StrCat("the variable ", name, " is not set"));
}

}  // namespace cache_invalidation::connect
