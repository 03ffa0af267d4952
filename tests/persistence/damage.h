// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PERSISTENCE_DAMAGE_H_
#define CACHE_INVALIDATION_TESTS_PERSISTENCE_DAMAGE_H_

#include <string>
#include <vector>

namespace cache_invalidation {

// Damage to a file that no process has open.
enum class Damage { kHalved, kEmptied, kZeroed, kRemoved, kFlippedInTheMiddle, kFlippedAtTheEnd };

inline constexpr Damage kAllDamages[] = {Damage::kHalved,
                                         Damage::kEmptied,
                                         Damage::kZeroed,
                                         Damage::kRemoved,
                                         Damage::kFlippedInTheMiddle,
                                         Damage::kFlippedAtTheEnd};

std::string DamageName(Damage damage);

// Returns false if it would change nothing: the file is empty, or contains only zeros.
bool Inflict(Damage damage, const std::string& path);

// Returns the paths of the files below a directory, relative to it, sorted.
std::vector<std::string> FilesBelow(const std::string& directory);

// Copies all files into an empty directory.
void CopyFiles(const std::string& from, const std::string& to);

// Returns the newest non-empty file of RocksDB's log below a data directory.
std::string NewestLogFile(const std::string& data_dir);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_PERSISTENCE_DAMAGE_H_
