// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_PUBLICATIONS_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_PUBLICATIONS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/commit/group.h"
#include "server/storage/store.h"
#include "tests/conformance/history.h"
#include "tests/simulation/report.h"

namespace cache_invalidation::simulation {

// The events published in each epoch of each namespace, over all runs of the server. Within an
// epoch a revision never changes and is never lost.
class Publications {
 public:
  // `report` must outlive this.
  explicit Publications(Report& report) : report_(report) {}

  // A run begins, with the history that the store retains: everything published in its epoch must
  // be there, down to the floor. A new epoch must not trust the parts that it finds: the last
  // event of each namespace must be an invalidation of everything.
  void BeginRun(const std::string& epoch, const storage::Store& store);

  void Publish(const std::string& epoch, const commit::Group::Published& published);

  // The last revision that was published in that epoch; 0: none.
  uint64_t head(const std::string& namespace_name, const std::string& epoch) const;

  const conformance::PublishedHistory& Of(const std::string& namespace_name,
                                          const std::string& epoch);

 private:
  struct History {
    uint64_t head = 0;  // also where nothing is retained
    conformance::PublishedHistory parts;
    // Of each part, by revision and part.
    std::map<std::pair<uint64_t, uint32_t>, std::string> bytes;
  };

  void Add(const std::string& epoch, const wire::Chunk& chunk);
  void CheckDistrust(const std::string& epoch, const std::string& namespace_name) const;

  Report& report_;
  std::set<std::string> epochs_;                                      // that a run has had
  std::map<std::pair<std::string, std::string>, History> histories_;  // by namespace and epoch
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_PUBLICATIONS_H_
