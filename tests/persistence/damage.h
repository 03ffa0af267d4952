#ifndef CACHE_INVALIDATION_TESTS_PERSISTENCE_DAMAGE_H_
#define CACHE_INVALIDATION_TESTS_PERSISTENCE_DAMAGE_H_

#include <string>
#include <vector>

namespace cache_invalidation {

// What can happen to a file that nobody has open.
enum class Damage { kHalved, kEmptied, kZeroed, kRemoved, kFlippedInTheMiddle, kFlippedAtTheEnd };

inline constexpr Damage kAllDamages[] = {Damage::kHalved,
                                         Damage::kEmptied,
                                         Damage::kZeroed,
                                         Damage::kRemoved,
                                         Damage::kFlippedInTheMiddle,
                                         Damage::kFlippedAtTheEnd};

std::string DamageName(Damage damage);

// False if it would change nothing: the file is empty, or holds nothing but zeros.
bool Inflict(Damage damage, const std::string& path);

// The files below a directory, by their paths in it, sorted.
std::vector<std::string> FilesBelow(const std::string& directory);

// A copy of all of it, in an empty directory.
void CopyFiles(const std::string& from, const std::string& to);

// The newest file of RocksDB's log below a data directory that holds something.
std::string NewestLogFile(const std::string& data_dir);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_PERSISTENCE_DAMAGE_H_
