// SPDX-License-Identifier: Apache-2.0

// Options of AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer for every program of
// `--config=asan`. The runtimes call these by name.

extern "C" const char* __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1";
}

extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

extern "C" const char* __lsan_default_suppressions() {
  // Debian's c-ares 1.18 leaks one copy of the name when it looks up "localhost"; a program that
  // only calls ares_gethostbyname reproduces it.
  return "leak:libcares.so";
}

// Tests compare the output of programs.
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
