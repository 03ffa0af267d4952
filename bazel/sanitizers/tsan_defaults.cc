// SPDX-License-Identifier: Apache-2.0

// ThreadSanitizer's options for every program of `--config=tsan`. The runtime calls this by name.
// There are no suppressions: library_order.h explains what replaces them.

extern "C" const char* __tsan_default_options() {
  // ignore_noninstrumented_modules: TSan would see only the intercepted calls (memcpy, malloc) of
  // Debian's libraries, without the atomics between them.
  return "ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1:history_size=4";
}
