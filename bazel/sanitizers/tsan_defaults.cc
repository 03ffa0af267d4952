// ThreadSanitizer's options and suppressions for every program of `--config=tsan`. The runtime
// calls these by name.

extern "C" const char* __tsan_default_options() {
  // Debian's libraries are not instrumented. TSan still sees what they do through intercepted calls
  // (memcpy, malloc), but not the atomics between them, and would report each as a race:
  // ignore_noninstrumented_modules drops those.
  return "ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1:history_size=4";
}

// May name only gRPC and protobuf. A line that names our code is a bug hidden.
extern "C" const char* __tsan_default_suppressions() {
  return
      // Synchronised by gRPC's own atomics and abseil mutexes inside the library, where TSan cannot
      // see them.
      "called_from_lib:libgrpc.so\n"
      "called_from_lib:libgrpc++.so\n"
      "called_from_lib:libgpr.so\n"
      // Lazy initialisation of descriptors, guarded inside the library.
      "called_from_lib:libprotobuf.so\n";
}
