// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/mutation.h"

#include <algorithm>
#include <cstddef>

namespace cache_invalidation {
namespace {

constexpr int kMostChanges = 6;
constexpr size_t kLongestPiece = 40;

size_t Below(size_t bound, std::mt19937_64& random) { return random() % bound; }

// A piece of the text; of the empty text, nothing.
std::string PieceOf(const std::string& text, std::mt19937_64& random) {
  if (text.empty()) return "";
  return text.substr(Below(text.size(), random), 1 + Below(kLongestPiece, random));
}

void Change(std::string& input, const std::vector<std::string>& corpus, std::mt19937_64& random) {
  const size_t at = Below(input.size() + 1, random);
  switch (Below(6, random)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << Below(8, random)));
      break;
    case 1:
      input.insert(at, 1, static_cast<char>(Below(256, random)));
      break;
    case 2:
      input.erase(at, 1 + Below(kLongestPiece, random));
      break;
    case 3:
      input.insert(at, PieceOf(input, random));
      break;
    case 4:
      input.insert(at, PieceOf(corpus[Below(corpus.size(), random)], random));
      break;
    default:
      if (at < input.size()) std::swap(input[at], input[Below(input.size(), random)]);
      break;
  }
}

}  // namespace

std::string Mutated(const std::vector<std::string>& corpus, std::mt19937_64& random) {
  std::string input = corpus[Below(corpus.size(), random)];
  for (size_t left = 1 + Below(kMostChanges, random); left > 0; --left) {
    Change(input, corpus, random);
  }
  return input;
}

}  // namespace cache_invalidation
