// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CRASH_WITNESS_H_
#define CACHE_INVALIDATION_TESTS_CRASH_WITNESS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "client/client.h"
#include "tests/conformance/history.h"
#include "tests/crash/answered.h"

namespace cache_invalidation {

// A client that makes one change after another through the real SDK, and remembers what was
// acknowledged. All names are its own and most are new, so that no other change can explain a loss:
// what was acknowledged must be durable.
//
// Thread-compatible.
class Witness {
 public:
  // The witnesses of one server must have different numbers. `answered` must outlive it.
  Witness(int number, client::Client client, uint32_t seed, Answered& answered);

  // Makes one random call, or one burst of streamed writes, and waits for the results, across lost
  // connections. Fails the test if it is refused or contradicts an earlier result.
  void Act();

  // Returns as text what was acknowledged and is missing: asks the server for everything that was
  // declared or tracked.
  std::vector<std::string> MissingState() const;
  // The same for everything that subscribers must have received.
  std::vector<std::string> MissingEvents(const conformance::PublishedHistory& published) const;

 private:
  void Write();
  void WriteBurst();
  void Schedule();
  void Depend();
  void Track();
  void Invalidate();
  void Declare();

  // Returns a name that was never used before.
  std::string NewName(const std::string& kind);
  // Records the result of a call that was made when `before` was known: the command's own event, or
  // the head that it found.
  void NoteEvent(uint64_t revision, uint64_t before);
  void NoteHead(uint64_t revision, uint64_t before);

  const int number_;
  const client::Client client_;
  std::mt19937 random_;
  Answered& answered_;
  std::unique_ptr<client::WriteStream> stream_;
  int names_ = 0;

  // Acknowledged: the revision of the event, and a tag or key that it names.
  std::vector<std::pair<uint64_t, std::string>> events_;
  // The head when the tag joined the batch, and the tag: a later event names it.
  std::vector<std::pair<uint64_t, std::string>> batched_;
  // Dependent key -> the tag it depends on.
  std::map<std::string, std::string> dependencies_;
  // Key -> whether it may be used, or was invalidated.
  std::map<std::string, client::EntryState> entries_;
  // How often its rule was replaced; the rule's description contains it.
  int rule_version_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_WITNESS_H_
