#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_STOP_SIGNAL_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_STOP_SIGNAL_H_

namespace cache_invalidation::cachectl {

// Waits for SIGINT, for the work to be done, or for the reader of standard output to go away,
// whichever comes first.
//
// From its construction on the process does not end by SIGINT. Construct it before any other thread
// starts: threads take over which signals are blocked. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();

  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // The work is done.
  void Finish();

  // Waits; answers whether it was SIGINT that came.
  bool Wait();

 private:
  int signal_;  // readable when SIGINT has come
  int done_;    // readable after Finish
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_STOP_SIGNAL_H_
