#include "common/condition/errors.h"

namespace cache_invalidation::condition {
namespace {

absl::string_view TypeOf(absl::Span<const Value> arguments, size_t index) {
  return index < arguments.size() ? TypeName(arguments[index].kind()) : "";
}

Value Explain(absl::string_view problem, absl::string_view hint, Function function,
              absl::Span<const Value> arguments, Budget& budget) {
  const absl::string_view name = FunctionName(function);
  const absl::string_view first = TypeOf(arguments, 0);
  const absl::string_view second = TypeOf(arguments, 1);
  if (!IsOperator(function)) {
    const absl::string_view comma = arguments.size() > 1 ? ", " : "";
    return budget.Error({problem, name, "(", first, comma, second, ")"});
  }
  if (arguments.size() == 1) return budget.Error({problem, name, first});
  return budget.Error({problem, first, " ", name, " ", second, hint});
}

}  // namespace

Value NoSuchOverload(Function function, absl::Span<const Value> arguments, Budget& budget) {
  const bool mixed = IsOperator(function) && arguments.size() == 2 && arguments[0].is_number() &&
                     arguments[1].is_number();
  // Numbers of a context are doubles, those of a condition mostly ints.
  const absl::string_view hint = mixed ? "; convert with int() or double()" : "";
  return Explain("no such overload: ", hint, function, arguments, budget);
}

Value NoSuchOverload(absl::string_view what, Value argument, Budget& budget) {
  return budget.Error({"no such overload: ", what, " of ", TypeName(argument.kind())});
}

Value OutOfRange(Function function, absl::Span<const Value> arguments, Budget& budget) {
  return Explain("out of range: ", "", function, arguments, budget);
}

}  // namespace cache_invalidation::condition
