#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CATCH_UP_THREAD_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CATCH_UP_THREAD_H_

#include <optional>
#include <thread>

#include "server/delivery/catch_up.h"
#include "server/delivery/outlet.h"

namespace cache_invalidation::delivery {

// The thread that reads for cursors that are behind, and then has their streams driven.
class CatchUpThread {
 public:
  // Both must outlive it.
  CatchUpThread(CatchUp& catch_up, Outlet& outlet)
      : catch_up_(catch_up), outlet_(outlet), thread_([this] { Run(); }) {}
  // Stops: pending requests are dropped.
  ~CatchUpThread() {
    catch_up_.Stop();
    thread_.join();
  }

  CatchUpThread(const CatchUpThread&) = delete;
  CatchUpThread& operator=(const CatchUpThread&) = delete;

 private:
  void Run() {
    while (catch_up_.AwaitWork()) {
      const std::optional<uint64_t> channel_id = catch_up_.ReadNext();
      if (channel_id) outlet_.Deliver({}, {*channel_id});
    }
  }

  CatchUp& catch_up_;
  Outlet& outlet_;
  std::thread thread_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CATCH_UP_THREAD_H_
