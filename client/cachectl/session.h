#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_SESSION_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_SESSION_H_

#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cachectl/report.h"
#include "client/client.h"

namespace cache_invalidation::cachectl {

// The options of every command.
struct GlobalOptions {
  std::string endpoint = "localhost:7400";
  std::string namespace_name = {};
  absl::Duration timeout = absl::Seconds(5);
  OutputFormat format = OutputFormat::kTable;
};

// What a command uses: the service and the three standard streams. Thread-compatible.
class Session {
 public:
  // The streams must outlive it.
  Session(GlobalOptions options, std::istream& in, std::ostream& out, std::ostream& err)
      : options_(std::move(options)), in_(in), out_(out), err_(err) {}

  // Connects at the first call.
  const client::Client& client();

  const GlobalOptions& options() const { return options_; }
  std::istream& in() { return in_; }
  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }

  // Prints the output of a command.
  void Print(const Report& report) { out_ << Render(report, options_.format); }

  // Prints warnings on the standard error, apart from the output.
  void Warn(const std::vector<std::string>& warnings);

 private:
  GlobalOptions options_;
  std::istream& in_;
  std::ostream& out_;
  std::ostream& err_;
  std::optional<client::Client> client_;
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_SESSION_H_
