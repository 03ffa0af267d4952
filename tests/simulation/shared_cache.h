#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_SHARED_CACHE_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_SHARED_CACHE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/optional.h"
#include "tests/simulation/surroundings.h"

namespace cache_invalidation::simulation {

// A store outside of all processes, without a stream: what it holds is tracked by the server, which
// is asked before it is used.
struct SharedCache {
  struct Value {
    uint64_t version = 0;
    uint64_t fill = 0;       // which fill put it there
    bool confirmed = false;  // the server has accepted the fill; before that nobody uses it
  };
  std::array<absl::optional<Value>, kRows> values;
  uint64_t fills = 0;
};

// A client of a shared cache. It looks an entry up at the server before it uses it; where there is
// none it takes a position, loads, stores, and has the entry tracked.
class Reader {
 public:
  Reader(Surroundings& world, SharedCache& cache, std::string namespace_name, std::string name);

  // Sends something or takes up an answer.
  void Step();

 private:
  void Lookup();
  void Fill(const std::string& epoch, uint64_t revision);
  void OnLookedUp(const Call& call);
  void OnTracked(const Call& call);
  std::string key() const { return absl::StrCat("shared-", row_); }
  RowName row() const { return {namespace_name_, row_}; }

  Surroundings& world_;
  SharedCache& cache_;
  const std::string namespace_name_;
  const std::string name_;
  std::shared_ptr<Call> call_;
  size_t row_ = 0;
  uint64_t known_version_ = 0;  // what was certainly invalidated when it looked the entry up
  uint64_t fill_ = 0;           // the one that is tracked; 0: it looks up
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SHARED_CACHE_H_
