// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FUZZ_MUTATION_H_
#define CACHE_INVALIDATION_TESTS_FUZZ_MUTATION_H_

#include <random>
#include <string>
#include <vector>

namespace cache_invalidation {

// Returns an input of the corpus with a few random changes: bytes that are flipped, inserted,
// deleted or repeated, and pieces of other inputs. libFuzzer, which observes the effect of a
// change, is far more effective; this one runs everywhere. REQUIRES: the corpus has an input.
std::string Mutated(const std::vector<std::string>& corpus, std::mt19937_64& random);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FUZZ_MUTATION_H_
