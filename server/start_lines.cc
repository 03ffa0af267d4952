#include "server/start_lines.h"

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/persistence.h"
#include "server/process/environment.h"

namespace cache_invalidation {
namespace {

using journal::Level;

// A call that takes a minute longer than usual after a start, or is not complete, needs an
// explanation.
void WriteUntil(std::optional<absl::Time> until, absl::string_view what,
                journal::Journal& journal) {
  if (!until) return;
  journal.Write(
      {Level::kInfo,
       std::string(what),
       {{"until", *until}},
       "at the very first start of all there are none: pass --longest_earlier_lease=0s then"});
}

void WriteLimits(size_t max_memory_bytes, journal::Journal& journal) {
  const int files = process::DescriptorLimit();
  journal::Line line = {
      Level::kInfo,
      "limits",
      {{"connections", process::FirstReservedDescriptor(files)}, {"open_files", files}}};
  if (max_memory_bytes != 0) line.fields.emplace_back("memory_bytes", max_memory_bytes);
  journal.Write(line);
}

void WriteCertificate(const Server& server, const tls::CertificatePaths& paths,
                      journal::Journal& journal) {
  const std::optional<absl::Time> expiry = server.certificate_expiry();
  if (!expiry) return;
  journal.Write({Level::kInfo,
                 "gRPC is encrypted",
                 {{"certificate", paths.cert},
                  {"expires", *expiry},
                  {"clients_show_one", paths.client_ca.empty() ? "no" : "yes"}}});
}

}  // namespace

void WriteStartLines(const Server& server, const tls::CertificatePaths& certificates,
                     size_t max_memory_bytes, journal::Journal& journal) {
  journal.Write({Level::kInfo,
                 "history",
                 {{"epoch", server.epoch()}},
                 std::string(Explanation(server.epoch_decision()))});
  WriteLimits(max_memory_bytes, journal);
  WriteCertificate(server, certificates, journal);
  WriteUntil(server.waits_for_earlier_until(),
             "calls that wait for subscribers also wait for those of earlier servers", journal);
  if (server.doubts_earlier_until() > server.waits_for_earlier_until()) {
    WriteUntil(server.doubts_earlier_until(),
               "calls that wait for subscribers say that those of earlier servers may be late",
               journal);
  }
  journal.Write({Level::kInfo,
                 "serving",
                 {{"grpc_port", server.grpc_port()}, {"http_port", server.http_port()}}});
}

}  // namespace cache_invalidation
