// Options of AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer for every program of
// `--config=asan`. The runtimes call these by name. There are no suppressions: none has been
// needed.

extern "C" const char* __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1";
}

extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }
