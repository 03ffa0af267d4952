// gRPC's callback API: what a reaction may rely on but only gRPC's own atomics establish. Names are
// given by their mangled form, since gRPC keeps these functions to itself.

#include <grpc/grpc.h>

#include "bazel/sanitizers/library_order.h"

#define RUN_CALLBACK_TAG \
  "_ZN4grpc8internal22CallbackWithSuccessTag9StaticRunEP29grpc_completion_queue_functori"
#define SCHEDULE_ON_DONE "_ZN4grpc8internal18ServerCallbackCall14ScheduleOnDoneEb"
#define CALL_ON_CANCEL "_ZN4grpc8internal18ServerCallbackCall12CallOnCancelEPNS0_13ServerReactorE"

using ::cache_invalidation::InLibrary;

// How grpc::internal::ServerCallbackCall begins in gRPC 1.51: two counters, the last decrement of
// which leads to OnCancel and to OnDone.
struct ServerCallbackCallPrefix {
  void* vtable;
  int on_cancel_conditions_remaining;
  int callbacks_outstanding;
};

// An operation's reaction comes after the operation was started. `tag` is what the reaction is run
// with.
extern "C" grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* operations,
                                                 size_t count, void* tag, void* reserved) {
  static auto* const library =
      InLibrary<grpc_call_error(grpc_call*, const grpc_op*, size_t, void*, void*)>(
          "grpc_call_start_batch");
  __tsan_release(tag);
  return library(call, operations, count, tag, reserved);
}

void RunCallbackTag(grpc_completion_queue_functor* tag, int ok) asm(RUN_CALLBACK_TAG);
void RunCallbackTag(grpc_completion_queue_functor* tag, int ok) {
  static auto* const library =
      InLibrary<void(grpc_completion_queue_functor*, int)>(RUN_CALLBACK_TAG);
  __tsan_acquire(tag);
  library(tag, ok);
}

// OnDone and OnCancel come after every reaction that gave up its part of the counter.
void ScheduleOnDone(ServerCallbackCallPrefix* call, bool is_inline) asm(SCHEDULE_ON_DONE);
void ScheduleOnDone(ServerCallbackCallPrefix* call, bool is_inline) {
  static auto* const library = InLibrary<void(ServerCallbackCallPrefix*, bool)>(SCHEDULE_ON_DONE);
  __tsan_acquire(&call->callbacks_outstanding);
  library(call, is_inline);
}

void CallOnCancel(ServerCallbackCallPrefix* call, void* reactor) asm(CALL_ON_CANCEL);
void CallOnCancel(ServerCallbackCallPrefix* call, void* reactor) {
  static auto* const library = InLibrary<void(ServerCallbackCallPrefix*, void*)>(CALL_ON_CANCEL);
  __tsan_acquire(&call->on_cancel_conditions_remaining);
  library(call, reactor);
}
