#include "common/condition/macro.h"

#include <algorithm>
#include <iterator>

namespace cache_invalidation::condition {
namespace {

using Macro = Node::Macro;

constexpr MacroSignature kMacros[] = {
    {"has", "has(x.field)", false, 1, Macro::kAll},
    {"all", "x.all(name, condition)", true, 2, Macro::kAll},
    {"exists", "x.exists(name, condition)", true, 2, Macro::kExists},
    {"exists_one", "x.exists_one(name, condition)", true, 2, Macro::kExistsOne},
    {"existsOne", "x.existsOne(name, condition)", true, 2, Macro::kExistsOne},
    {"filter", "x.filter(name, condition)", true, 2, Macro::kFilter},
    {"map", "x.map(name, value)", true, 2, Macro::kMap},
    {"map", "x.map(name, condition, value)", true, 3, Macro::kMapFilter},
};

}  // namespace

absl::Span<const MacroSignature> Macros() { return kMacros; }

const MacroSignature* FindMacro(absl::string_view name, bool has_target, size_t arguments) {
  const auto* found =
      std::find_if(std::begin(kMacros), std::end(kMacros), [&](const MacroSignature& macro) {
        return macro.name == name && macro.has_target == has_target && macro.arguments == arguments;
      });
  return found == std::end(kMacros) ? nullptr : found;
}

}  // namespace cache_invalidation::condition
