// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_DECLARATION_FILE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_DECLARATION_FILE_H_

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/declaration.h"

namespace cache_invalidation::cachectl {

// A file of rules and relationships (client/declarations.h).
struct DeclarationFile {
  std::string name;
  std::string text;
  client::Declarations declarations;

  // Returns an error of the service with the place in the file in front, `file:line: `, if its
  // message begins with the path of a declaration, such as `rules[3].condition: `.
  absl::Status InFile(const absl::Status& error) const;
};

// Reads a file; "-" is the standard input. Fails with UNKNOWN if it cannot be opened or read, and
// with INVALID_ARGUMENT, `file:line: `, if its content is wrong.
absl::StatusOr<DeclarationFile> ReadDeclarations(const std::string& file,
                                                 std::istream& standard_input);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_DECLARATION_FILE_H_
