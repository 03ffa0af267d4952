#ifndef CACHE_INVALIDATION_TESTS_CRASH_LOADED_SERVER_H_
#define CACHE_INVALIDATION_TESTS_CRASH_LOADED_SERVER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/client.h"
#include "tests/conformance/recording_subscriber.h"
#include "tests/crash/answered.h"
#include "tests/crash/delivered.h"
#include "tests/crash/mortal_server.h"
#include "tests/crash/witness.h"

namespace cache_invalidation {

// The real server under load: witnesses change one thing after the other and subscribers listen,
// while a test does to the server whatever it likes. Belongs to one thread.
class LoadedServer {
 public:
  // `flags`: of the server, see MortalServer.
  LoadedServer(uint32_t seed, const std::vector<std::string>& flags);
  // Stops the load, unless Finish has been called.
  ~LoadedServer();

  MortalServer& process() { return server_; }
  Answered& answered() { return answered_; }

  // A client that rides out what happens to the server.
  client::Client Connect() const;

  // The subscriber that is away nearly always comes, catches up with what has been answered, and
  // goes.
  void CatchUpOnce();

  // Ends the load and lets everything arrive. Answers in words what was acknowledged and is gone,
  // and what a subscriber was not told as promised.
  // REQUIRES: the server serves. To be called once.
  std::vector<std::string> Finish();

 private:
  using Subscriber = conformance::RecordingSubscriber;

  std::unique_ptr<Subscriber> Subscribe(const std::string& name,
                                        const std::vector<std::string>& tags);
  void Listen(Subscriber& subscriber, bool breaks, uint32_t seed);
  void StopWitnesses();
  // Everything that was ever published, as the server tells it now.
  conformance::PublishedHistory Published();

  Answered answered_;
  MortalServer server_;
  std::unique_ptr<Subscriber> steady_;
  std::unique_ptr<Subscriber> filtered_;  // and breaks now and then
  std::unique_ptr<Subscriber> away_;      // nearly always
  std::unique_ptr<Delivered> delivered_;
  std::vector<std::unique_ptr<Witness>> witnesses_;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> end_ = 0;  // the last revision, once nothing more comes
  std::vector<std::thread> witness_threads_;
  std::vector<std::thread> listener_threads_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_LOADED_SERVER_H_
