// SPDX-License-Identifier: Apache-2.0

#include "tests/persistence/damage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/check.h"

namespace cache_invalidation {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Damaged(Damage damage, std::string bytes) {
  switch (damage) {
    case Damage::kHalved:
      return bytes.substr(0, bytes.size() / 2);
    case Damage::kEmptied:
    case Damage::kRemoved:
      return "";
    case Damage::kZeroed:
      return std::string(bytes.size(), '\0');
    case Damage::kFlippedInTheMiddle:
      if (!bytes.empty()) bytes[bytes.size() / 2] ^= 0x55;
      return bytes;
    case Damage::kFlippedAtTheEnd:
      if (!bytes.empty()) bytes.back() ^= 0x55;
      return bytes;
  }
  return bytes;
}

}  // namespace

std::string DamageName(Damage damage) {
  switch (damage) {
    case Damage::kHalved:
      return "halved";
    case Damage::kEmptied:
      return "emptied";
    case Damage::kZeroed:
      return "zeroed";
    case Damage::kRemoved:
      return "removed";
    case Damage::kFlippedInTheMiddle:
      return "flipped in the middle";
    case Damage::kFlippedAtTheEnd:
      return "flipped at the end";
  }
  return "";
}

bool Inflict(Damage damage, const std::string& path) {
  if (damage == Damage::kRemoved) return std::filesystem::remove(path);
  const std::string bytes = Read(path);
  const std::string damaged = Damaged(damage, bytes);
  if (damaged == bytes) return false;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << damaged << std::flush;
  Check(file.good(), "a file can be damaged");
  return true;
}

std::vector<std::string> FilesBelow(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& part : std::filesystem::recursive_directory_iterator(directory)) {
    if (!part.is_directory()) files.push_back(part.path().lexically_relative(directory));
  }
  std::sort(files.begin(), files.end());
  return files;
}

void CopyFiles(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

std::string NewestLogFile(const std::string& data_dir) {
  std::string newest;
  for (const std::string& file : FilesBelow(data_dir)) {
    const std::string path = data_dir + "/" + file;
    // Their names are numbers with zeros in front.
    if (file.ends_with(".log") && std::filesystem::file_size(path) > 0) newest = path;
  }
  Check(!newest.empty(), "the store has a log");
  return newest;
}

}  // namespace cache_invalidation
