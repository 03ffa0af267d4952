// SPDX-License-Identifier: Apache-2.0

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
#include "tests/crash/witness.h"
#include "tests/support/mortal_server.h"

namespace cache_invalidation {

// The real server under load: witnesses write continuously and subscribers listen, while a test
// kills, stops or damages the server. For one thread.
class LoadedServer {
 public:
  // `flags`: of the server, see MortalServer.
  LoadedServer(uint32_t seed, const std::vector<std::string>& flags);
  // Stops the load, unless Finish has been called.
  ~LoadedServer();

  MortalServer& process() { return server_; }
  Answered& answered() { return answered_; }

  // Returns a client that retries until the server is back.
  client::Client Connect() const;

  // The subscriber that is usually disconnected connects, catches up with what has been
  // acknowledged, and disconnects.
  void CatchUpOnce();

  // Stops the load and waits until everything has arrived. Returns as text what was acknowledged
  // and lost, and what was not delivered to a subscriber as guaranteed.
  // REQUIRES: the server serves. Call at most once.
  std::vector<std::string> Finish();

 private:
  using Subscriber = conformance::RecordingSubscriber;

  std::unique_ptr<Subscriber> Subscribe(const std::string& name,
                                        const std::vector<std::string>& tags);
  void Listen(Subscriber& subscriber, bool breaks, uint32_t seed);
  void StopWitnesses();
  // Returns everything that was ever published, as the server delivers it now.
  conformance::PublishedHistory Published();

  Answered answered_;
  MortalServer server_;
  std::unique_ptr<Subscriber> steady_;
  std::unique_ptr<Subscriber> filtered_;  // its connection also breaks at times
  std::unique_ptr<Subscriber> away_;      // disconnected most of the time
  std::unique_ptr<Delivered> delivered_;
  std::vector<std::unique_ptr<Witness>> witnesses_;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> end_ = 0;  // the last revision, once no further one comes
  std::vector<std::thread> witness_threads_;
  std::vector<std::thread> listener_threads_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_LOADED_SERVER_H_
