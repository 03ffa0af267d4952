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

// A client that changes one thing after the other, through the real SDK, and remembers what was
// acknowledged. All names are its own and most are new, so that nothing else explains them away:
// what was acknowledged has to be there for ever.
//
// Thread-compatible.
class Witness {
 public:
  // Two witnesses of one server have different numbers. `answered` must outlive it.
  Witness(int number, client::Client client, uint32_t seed, Answered& answered);

  // Makes one random call, or one burst of streamed writes, and waits for what is answered; lost
  // connections are ridden out. The test fails if it is refused or contradicts an earlier answer.
  void Act();

  // What was acknowledged and is not there any more, in words: asks the server for all that was
  // declared or tracked.
  std::vector<std::string> MissingState() const;
  // The same for all that had to be told to subscribers.
  std::vector<std::string> MissingEvents(const conformance::PublishedHistory& published) const;

 private:
  void Write();
  void WriteBurst();
  void Schedule();
  void Depend();
  void Track();
  void Invalidate();
  void Declare();

  // A name that was never used before.
  std::string NewName(const std::string& kind);
  // An answer to a call that was made when `before` was known: the command's own event, or where it
  // found the head.
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
  // The head when it joined the batch, and the tag: an event after that names it.
  std::vector<std::pair<uint64_t, std::string>> batched_;
  // Dependent key -> the tag it depends on.
  std::map<std::string, std::string> dependencies_;
  // Key -> whether it may be used, or was invalidated.
  std::map<std::string, client::EntryState> entries_;
  // How often its rule was replaced; the description says so.
  int rule_version_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_WITNESS_H_
