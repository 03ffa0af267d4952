// SPDX-License-Identifier: Apache-2.0

#include "common/condition/function.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace cache_invalidation::condition {
namespace {

constexpr Signature kSignatures[] = {
    {Function::kToBool, "bool", false, 1, 1},
    {Function::kToBytes, "bytes", false, 1, 1},
    {Function::kContains, "contains", true, 1, 1},
    {Function::kToDouble, "double", false, 1, 1},
    {Function::kToDuration, "duration", false, 1, 1},
    {Function::kToDyn, "dyn", false, 1, 1},
    {Function::kEndsWith, "endsWith", true, 1, 1},
    {Function::kGetDate, "getDate", true, 0, 1},
    {Function::kGetDayOfMonth, "getDayOfMonth", true, 0, 1},
    {Function::kGetDayOfWeek, "getDayOfWeek", true, 0, 1},
    {Function::kGetDayOfYear, "getDayOfYear", true, 0, 1},
    {Function::kGetFullYear, "getFullYear", true, 0, 1},
    {Function::kGetHours, "getHours", true, 0, 1},
    {Function::kGetMilliseconds, "getMilliseconds", true, 0, 1},
    {Function::kGetMinutes, "getMinutes", true, 0, 1},
    {Function::kGetMonth, "getMonth", true, 0, 1},
    {Function::kGetSeconds, "getSeconds", true, 0, 1},
    {Function::kToInt, "int", false, 1, 1},
    {Function::kMatches, "matches", false, 2, 2},
    {Function::kMatches, "matches", true, 1, 1},
    {Function::kSize, "size", false, 1, 1},
    {Function::kSize, "size", true, 0, 0},
    {Function::kStartsWith, "startsWith", true, 1, 1},
    {Function::kToString, "string", false, 1, 1},
    {Function::kToTimestamp, "timestamp", false, 1, 1},
    {Function::kToType, "type", false, 1, 1},
    {Function::kToUint, "uint", false, 1, 1},
};

// The most that kSignatures has.
constexpr size_t kMaxArguments = 3;

// One bit per combination of target and number of arguments.
constexpr unsigned WayBit(bool has_target, size_t arguments) {
  return 1U << (arguments + (has_target ? kMaxArguments + 1 : 0));
}

// The WayBits of each function, precomputed: every evaluation of a call checks them.
constexpr auto kWays = [] {
  std::array<unsigned, static_cast<size_t>(Function::kGetSeconds) + 1> ways{};
  for (const Signature& signature : kSignatures) {
    for (size_t n = signature.min_arguments; n <= signature.max_arguments; ++n) {
      ways[static_cast<size_t>(signature.function)] |= WayBit(signature.has_target, n);
    }
  }
  return ways;
}();

absl::string_view OperatorName(Function function) {
  constexpr absl::string_view kNames[] = {"-",  "!",  "+", "-",  "*", "/",  "%",
                                          "==", "!=", "<", "<=", ">", ">=", "in"};
  return kNames[static_cast<int>(function) - static_cast<int>(Function::kNegate)];
}

}  // namespace

Function FindFunction(absl::string_view name) {
  const auto* found = std::lower_bound(
      std::begin(kSignatures), std::end(kSignatures), name,
      [](const Signature& signature, absl::string_view wanted) { return signature.name < wanted; });
  if (found == std::end(kSignatures) || found->name != name) return Function::kUnknown;
  return found->function;
}

absl::string_view FunctionName(Function function) {
  if (IsOperator(function)) return OperatorName(function);
  for (const Signature& signature : kSignatures) {
    if (signature.function == function) return signature.name;
  }
  return "";
}

absl::Span<const Signature> Signatures() { return kSignatures; }

bool IsCallable(Function function, bool has_target, size_t arguments) {
  if (IsOperator(function)) return true;
  if (arguments > kMaxArguments) return false;
  return (kWays[static_cast<size_t>(function)] & WayBit(has_target, arguments)) != 0;
}

}  // namespace cache_invalidation::condition
