#ifndef CACHE_INVALIDATION_SERVER_RPC_OPEN_CALLS_H_
#define CACHE_INVALIDATION_SERVER_RPC_OPEN_CALLS_H_

#include <atomic>
#include <cstddef>

namespace cache_invalidation::rpc {

// Counts the calls that gRPC has begun and not ended: their answers may not be written yet.
// Thread-safe.
class OpenCalls {
 public:
  // Counts one call while it exists.
  class Call {
   public:
    explicit Call(OpenCalls& calls) : calls_(calls) { ++calls_.count_; }
    ~Call() { --calls_.count_; }

    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    OpenCalls& calls_;
  };

  size_t count() const { return count_; }

 private:
  std::atomic<size_t> count_ = 0;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_OPEN_CALLS_H_
