// SPDX-License-Identifier: Apache-2.0

// gRPC's callback API: ordering that reactions can rely on but that only gRPC's own atomics
// establish. Functions are given by their mangled names, because gRPC does not export them in
// headers.

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "bazel/sanitizers/library_order.h"

#define SCHEDULE_ON_DONE "_ZN4grpc8internal18ServerCallbackCall14ScheduleOnDoneEb"
#define CALL_ON_CANCEL "_ZN4grpc8internal18ServerCallbackCall12CallOnCancelEPNS0_13ServerReactorE"

using ::cache_invalidation::InLibrary;

// The first members of grpc::internal::ServerCallbackCall in gRPC 1.51: two counters, whose last
// decrement leads to OnCancel and to OnDone.
struct ServerCallbackCallPrefix {
  void* vtable;
  int on_cancel_conditions_remaining;
  int callbacks_outstanding;
};

// Within one process, a message reaches its receiver in the memory that its sender wrote.
static void ReleaseMessages(const grpc_op* operations, size_t count) {
  for (const grpc_op* op = operations; op != operations + count; ++op) {
    if (op->op != GRPC_OP_SEND_MESSAGE) continue;
    const grpc_slice_buffer& slices = op->data.send_message.send_message->data.raw.slice_buffer;
    for (size_t i = 0; i < slices.count; ++i) {
      __tsan_release(GRPC_SLICE_START_PTR(slices.slices[i]));
    }
  }
}

extern "C" int grpc_byte_buffer_reader_peek(grpc_byte_buffer_reader* reader, grpc_slice** slice) {
  static auto* const library =
      InLibrary<int(grpc_byte_buffer_reader*, grpc_slice**)>("grpc_byte_buffer_reader_peek");
  const int found = library(reader, slice);
  if (found != 0) __tsan_acquire(GRPC_SLICE_START_PTR(**slice));
  return found;
}

// The reaction of an operation happens after the operation was started. `tag` is the argument of
// the reaction, which runs on a thread of the library.
extern "C" grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* operations,
                                                 size_t count, void* tag, void* reserved) {
  static auto* const library =
      InLibrary<grpc_call_error(grpc_call*, const grpc_op*, size_t, void*, void*)>(
          "grpc_call_start_batch");
  ReleaseMessages(operations, count);
  __tsan_release(tag);
  return library(call, operations, count, tag, reserved);
}

extern "C" grpc_event grpc_completion_queue_next(grpc_completion_queue* queue,
                                                 gpr_timespec deadline, void* reserved) {
  static auto* const library = InLibrary<grpc_event(grpc_completion_queue*, gpr_timespec, void*)>(
      "grpc_completion_queue_next");
  const grpc_event event = library(queue, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(event.tag);
  return event;
}

// OnDone and OnCancel happen after every reaction that decremented the counter.
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

// A server is destroyed only after its calls; OnDone is the last function that they run.
static char ended_calls;

extern "C" void grpc_call_unref(grpc_call* call) {
  static auto* const library = InLibrary<void(grpc_call*)>("grpc_call_unref");
  __tsan_release(&ended_calls);
  library(call);
}

extern "C" void grpc_server_destroy(grpc_server* server) {
  static auto* const library = InLibrary<void(grpc_server*)>("grpc_server_destroy");
  library(server);
  __tsan_acquire(&ended_calls);
}
