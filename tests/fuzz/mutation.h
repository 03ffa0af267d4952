#ifndef CACHE_INVALIDATION_TESTS_FUZZ_MUTATION_H_
#define CACHE_INVALIDATION_TESTS_FUZZ_MUTATION_H_

#include <random>
#include <string>
#include <vector>

namespace cache_invalidation {

// An input made of one of the corpus by a few random changes: bytes that flip, appear, vanish or
// are repeated, and pieces of other inputs. libFuzzer, which sees what a change leads to, does far
// better; this one runs everywhere. REQUIRES: the corpus has an input.
std::string Mutated(const std::vector<std::string>& corpus, std::mt19937_64& random);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FUZZ_MUTATION_H_
