#include "common/condition/literal_zones.h"

#include "absl/strings/str_cat.h"
#include "common/condition/function.h"
#include "common/condition/source_error.h"
#include "common/condition/time_functions.h"

namespace cache_invalidation::condition {

std::optional<absl::string_view> LiteralZoneOf(const Expression& expression, const Node& node) {
  const bool has_zone = node.kind == Node::Kind::kCall && node.function >= Function::kGetDate &&
                        node.children.size() == 2;
  if (!has_zone) return std::nullopt;
  const Node& zone = expression.node(node.children[1]);
  if (zone.kind != Node::Kind::kLiteral || !zone.literal.is(Value::Kind::kString)) {
    return std::nullopt;
  }
  return zone.literal.as_text();
}

absl::Status CheckLiteralZones(const Expression& expression) {
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node& node = expression.node(id);
    const auto name = LiteralZoneOf(expression, node);
    if (!name || FindTimeZone(*name)) continue;
    return ErrorAt(expression.text(), expression.node(node.children[1]).source.begin,
                   absl::StrCat("expected a time zone such as \"Europe/Paris\" or \"+02:00\", got ",
                                Quoted(*name)));
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::condition
