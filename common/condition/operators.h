#ifndef CACHE_INVALIDATION_COMMON_CONDITION_OPERATORS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_OPERATORS_H_

#include "common/condition/function.h"
#include "common/condition/lexer.h"

namespace cache_invalidation::condition {

// How strong operators between two operands bind, the weakest first. All but `||` and `&&` take the
// operand between two of the same strength to the left.
enum Strength : int {
  kOrStrength = 1,
  kAndStrength,
  kRelationStrength,
  kSumStrength,
  kProductStrength,
};

struct BinaryOperator {
  Token::Kind token;
  int strength;
  Function function;  // kUnknown: `&&` and `||`, which are no functions
};

// The operator that a token is between two operands; null if it is none.
const BinaryOperator* FindBinaryOperator(Token::Kind token);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_OPERATORS_H_
