#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_STOP_SIGNAL_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_STOP_SIGNAL_H_

namespace cache_invalidation::cachectl {

// Waits until SIGINT arrives, the work is done, or standard output has lost its reader, whichever
// comes first.
//
// From its construction on, SIGINT does not end the process. Construct it before any other thread
// starts: threads inherit the mask of blocked signals. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();

  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Ends Wait: the work is done.
  void Finish();

  // Waits. Returns whether SIGINT arrived.
  bool Wait();

 private:
  int signal_;  // readable once SIGINT has arrived
  int done_;    // readable after Finish
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_STOP_SIGNAL_H_
