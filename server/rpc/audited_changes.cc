#include "server/rpc/audited_changes.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace cache_invalidation::rpc {
namespace {

struct Changes {
  using Lines = std::vector<std::string>;

  Lines operator()(const engine::RegisterRule& command) const {
    return {absl::StrCat("rule ", command.rule.name)};
  }
  Lines operator()(const engine::DeleteRule& command) const {
    return {absl::StrCat("no rule ", command.name)};
  }
  Lines operator()(const engine::RegisterRelationship& command) const {
    return {absl::StrCat("relationship ", command.relationship.name)};
  }
  Lines operator()(const engine::DeleteRelationship& command) const {
    return {absl::StrCat("no relationship ", command.name)};
  }
  Lines operator()(const engine::ApplyDeclarations& command) const {
    Lines lines;
    if (command.prune) lines.emplace_back("no other declarations");
    for (const engine::Rule& rule : command.rules) {
      lines.push_back(absl::StrCat("rule ", rule.name));
    }
    for (const engine::Relationship& relationship : command.relationships) {
      lines.push_back(absl::StrCat("relationship ", relationship.name));
    }
    return lines;
  }
  Lines operator()(const engine::SetBatchDelay& command) const {
    return {absl::StrCat("batch delay ", absl::FormatDuration(command.delay))};
  }
  Lines operator()(const engine::DeleteNamespace&) const { return {"no namespace"}; }
  template <typename Other>
  Lines operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::vector<std::string> AuditedChanges(const engine::Command& command) {
  return std::visit(Changes(), command);
}

}  // namespace cache_invalidation::rpc
