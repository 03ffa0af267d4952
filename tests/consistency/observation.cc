// SPDX-License-Identifier: Apache-2.0

#include "tests/consistency/observation.h"

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "common/check.h"

namespace cache_invalidation::consistency {
namespace {

constexpr char kWrite = 'W';
constexpr char kReads = 'R';
constexpr char kStaleReads = 'S';

}  // namespace

void WriteLines(const Observations& observations, std::ostream& out) {
  for (const Write& write : observations.writes) {
    out << kWrite << ' ' << write.key << ' ' << write.version << ' '
        << static_cast<int>(write.promise) << ' ' << absl::ToInt64Nanoseconds(write.returned)
        << '\n';
  }
  for (const Reads& reads : observations.reads) {
    out << (reads.is_stale ? kStaleReads : kReads) << ' ' << reads.key << ' ' << reads.version
        << ' ' << reads.count << ' ' << absl::ToInt64Nanoseconds(reads.last_begun) << '\n';
  }
}

Observations ReadLines(std::istream& in) {
  Observations observations;
  char kind = 0;
  while (in >> kind) {
    std::string key;
    uint64_t version = 0;
    uint64_t number = 0;
    int64_t nanoseconds = 0;
    Check((kind == kWrite || kind == kReads || kind == kStaleReads) &&
              in >> key >> version >> number >> nanoseconds,
          "a line of observations is whole");
    const absl::Duration time = absl::Nanoseconds(nanoseconds);
    if (kind == kWrite) {
      observations.writes.push_back({key, version, static_cast<Promise>(number), time});
    } else {
      observations.reads.push_back({key, version, number, time, kind == kStaleReads});
    }
  }
  return observations;
}

}  // namespace cache_invalidation::consistency
