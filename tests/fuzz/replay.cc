// SPDX-License-Identifier: Apache-2.0

// Runs a fuzz target without libFuzzer, so that every build of the tree can: over each file of a
// corpus, then over mutations of them.
//
//   name_test CORPUS_DIRECTORY [MUTATIONS [SEED]]
//
// The current input is written to $TEST_UNDECLARED_OUTPUTS_DIR/input, so after a failure it is the
// one that failed.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/mutation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace cache_invalidation {
namespace {

// If nothing else is said.
constexpr int kMutations = 10'000;

// In order of the names, so that a seed means the same everywhere.
std::vector<std::string> ReadCorpus(const std::string& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// The file that holds the input being run. It stays open: closing it for each would send each to
// the disk.
class InputFile {
 public:
  InputFile() {
    if (const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
      file_ = creat((std::string(outputs) + "/input").c_str(), 0644);
    }
  }
  ~InputFile() {
    if (file_ >= 0) close(file_);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  void Put(const std::string& input) const {
    const bool written =
        file_ < 0 || (ftruncate(file_, 0) == 0 && pwrite(file_, input.data(), input.size(), 0) ==
                                                      static_cast<ssize_t>(input.size()));
    if (!written) std::cerr << "the input cannot be kept\n";
  }

 private:
  int file_ = -1;
};

void RunInput(const std::string& input, const InputFile& file) {
  file.Put(input);
  // A copy of exactly that size: a byte too far is seen.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

int Run(const std::string& directory, int mutations, uint64_t seed) {
  const std::vector<std::string> corpus = ReadCorpus(directory);
  if (corpus.empty()) {
    std::cerr << "no corpus in " << directory << "\n";
    return 1;
  }
  std::cout << corpus.size() << " inputs, " << mutations << " mutations, seed " << seed << "\n";
  const InputFile file;
  RunInput("", file);
  for (const std::string& input : corpus) RunInput(input, file);
  std::mt19937_64 random(seed);
  for (int i = 0; i < mutations; ++i) RunInput(Mutated(corpus, random), file);
  return 0;
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int mutations = argc > 2 ? std::atoi(argv[2]) : cache_invalidation::kMutations;
  const uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  return cache_invalidation::Run(argv[1], mutations, seed);
}
