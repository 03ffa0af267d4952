// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/declaration_file.h"

#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/declarations.h"
#include "client/yaml_text/yaml_text.h"
#include "common/files.h"

namespace cache_invalidation::cachectl {

absl::Status DeclarationFile::InFile(const absl::Status& error) const {
  const absl::string_view message = error.message();
  const absl::string_view path = message.substr(0, message.find(": "));
  if (!absl::StartsWith(path, "rules") && !absl::StartsWith(path, "relationships")) return error;
  return absl::Status(error.code(),
                      absl::StrCat(name, ":", client::LineOf(text, path), ": ", message));
}

absl::StatusOr<DeclarationFile> ReadDeclarations(const std::string& file,
                                                 std::istream& standard_input) {
  std::ifstream opened;
  std::istream* stream = &standard_input;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return absl::UnknownError(absl::StrCat("cannot open ", file));
    stream = &opened;
  }
  // One byte too many is refused where the text is parsed.
  std::optional<std::string> text = ReadAtMost(*stream, kMaxYamlBytes + 1);
  if (!text.has_value()) return absl::UnknownError(absl::StrCat("cannot read ", file));
  DeclarationFile read{.name = file, .text = *std::move(text), .declarations = {}};
  client::DeclarationsError error;
  absl::StatusOr<client::Declarations> declarations = client::ParseDeclarations(read.text, &error);
  if (!declarations.ok()) {
    return absl::Status(declarations.status().code(),
                        absl::StrCat(file, ":", error.line, ": ", error.message));
  }
  read.declarations = *std::move(declarations);
  return read;
}

}  // namespace cache_invalidation::cachectl
