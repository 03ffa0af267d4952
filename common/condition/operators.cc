#include "common/condition/operators.h"

#include <algorithm>
#include <array>

namespace cache_invalidation::condition {
namespace {

using Kind = Token::Kind;

constexpr std::array kBinaryOperators = {
    BinaryOperator{Kind::kOr, kOrStrength, Function::kUnknown},
    BinaryOperator{Kind::kAnd, kAndStrength, Function::kUnknown},
    BinaryOperator{Kind::kEquals, kRelationStrength, Function::kEquals},
    BinaryOperator{Kind::kNotEquals, kRelationStrength, Function::kNotEquals},
    BinaryOperator{Kind::kLess, kRelationStrength, Function::kLess},
    BinaryOperator{Kind::kLessEquals, kRelationStrength, Function::kLessEquals},
    BinaryOperator{Kind::kGreater, kRelationStrength, Function::kGreater},
    BinaryOperator{Kind::kGreaterEquals, kRelationStrength, Function::kGreaterEquals},
    BinaryOperator{Kind::kIn, kRelationStrength, Function::kIn},
    BinaryOperator{Kind::kPlus, kSumStrength, Function::kAdd},
    BinaryOperator{Kind::kMinus, kSumStrength, Function::kSubtract},
    BinaryOperator{Kind::kTimes, kProductStrength, Function::kMultiply},
    BinaryOperator{Kind::kDividedBy, kProductStrength, Function::kDivide},
    BinaryOperator{Kind::kModulo, kProductStrength, Function::kModulo},
};

}  // namespace

const BinaryOperator* FindBinaryOperator(Token::Kind token) {
  const auto* found = std::find_if(kBinaryOperators.begin(), kBinaryOperators.end(),
                                   [&](const BinaryOperator& each) { return each.token == token; });
  return found == kBinaryOperators.end() ? nullptr : found;
}

}  // namespace cache_invalidation::condition
