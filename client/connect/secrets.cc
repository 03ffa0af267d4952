#include "client/connect/secrets.h"

#include <cstdlib>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/files.h"

namespace cache_invalidation::connect {
namespace {

constexpr size_t kMaxSecretBytes = 64 << 10;

absl::StatusOr<std::string> Expanded(const std::string& value, const SecretSources& secrets) {
  absl::string_view inner = value;
  if (!absl::ConsumePrefix(&inner, "${") || !absl::ConsumeSuffix(&inner, "}")) return value;
  const bool is_file = absl::ConsumePrefix(&inner, "file:");
  const std::string name(inner);
  const std::optional<std::string> secret = is_file ? secrets.file(name) : secrets.variable(name);
  if (secret.has_value()) return *secret;
  return absl::InvalidArgumentError(is_file ? absl::StrCat("cannot read the file ", name)
                                            : absl::StrCat("the variable ", name, " is not set"));
}

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

void ReadSecret(YamlSection& section, absl::string_view name, const SecretSources& secrets,
                std::string& out) {
  section.Text(name, out);
  absl::StatusOr<std::string> expanded = Expanded(out, secrets);
  if (!expanded.ok()) {
    return section.Fail(absl::StrCat(name, ": ", expanded.status().message()));
  }
  out = *std::move(expanded);
}

}  // namespace cache_invalidation::connect
