// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_YAML_SECTION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_YAML_SECTION_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/yaml.h"

namespace cache_invalidation::connect {

// Where the values of `${NAME}` and `${file:PATH}` come from. Nothing: there is none.
struct SecretSources {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<std::optional<std::string>(const std::string& path)> file;
};

// Those of this process. A file loses the line breaks at its end.
SecretSources ProcessSecrets();

// Reads the members of a map in a configuration. The first thing that is wrong is kept in `status`,
// with its line; what is read after that is left unchanged. Thread-compatible.
//
//   YamlSection source(root, "source");
//   source.Text("slot", options.slot);
//   source.Finish();  // names that were not read are unknown
class YamlSection {
 public:
  // The whole document. The arguments must outlive all sections.
  YamlSection(const YamlNode& node, const SecretSources& secrets, absl::Status& status);
  // The member of that name of a map; if there is none, an empty one.
  YamlSection(YamlSection& parent, absl::string_view name);

  YamlSection(const YamlSection&) = delete;
  YamlSection& operator=(const YamlSection&) = delete;

  bool present() const { return node_ != nullptr && node_->kind == YamlNode::Kind::kMap; }

  // Whether there is a member of that name; does not count as read.
  bool Has(absl::string_view name) const { return present() && node_->Find(name) != nullptr; }

  // Each reads one member, if it is there.
  void Text(absl::string_view name, std::string& out);
  // `${NAME}` and `${file:PATH}` as what they name. Other values, such as patterns, may contain ${.
  void Secret(absl::string_view name, std::string& out);
  void Texts(absl::string_view name, std::vector<std::string>& out);
  void Bool(absl::string_view name, bool& out);
  void Duration(absl::string_view name, absl::Duration& out);  // more than zero
  // An ascending list of such, in place of what `out` has.
  void Durations(absl::string_view name, std::vector<absl::Duration>& out);
  // A whole number from `least` to `most`.
  void Number(absl::string_view name, size_t least, size_t most, size_t& out);
  // One of these words, by its place.
  template <typename Enum>
  void Word(absl::string_view name, absl::Span<const absl::string_view> words, Enum& out) {
    size_t place = static_cast<size_t>(out);
    ReadPlace(name, words, place);
    out = static_cast<Enum>(place);
  }
  // Calls `read` for each map in the list.
  void Sections(absl::string_view name, const std::function<void(YamlSection&)>& read);

  // Fails if a member that must be there is not.
  void Require(absl::string_view name);
  // Fails if there is a member that was not read.
  void Finish();
  // Fail with this, at the section's line.
  void Fail(absl::string_view what) { FailAt(node_ == nullptr ? 0 : node_->line, what); }
  void Update(const absl::Status& status) {
    if (!status.ok()) Fail(status.message());
  }

 private:
  const YamlNode* Take(absl::string_view name);
  // `parse` returns whether the text is what is expected.
  void Read(absl::string_view name, absl::string_view expected,
            const std::function<bool(const std::string& text)>& parse);
  void ReadNode(const YamlNode& node, absl::string_view name, absl::string_view expected,
                const std::function<bool(const std::string& text)>& parse);
  void ReadList(absl::string_view name, const std::function<void(const YamlNode&)>& read);
  void ReadPlace(absl::string_view name, absl::Span<const absl::string_view> words, size_t& out);
  void FailAt(int line, absl::string_view what);

  const YamlNode* node_;
  const SecretSources& secrets_;
  absl::Status& status_;
  std::set<std::string> taken_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_YAML_SECTION_H_
