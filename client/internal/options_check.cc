// SPDX-License-Identifier: Apache-2.0

#include "client/internal/options_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/internal/metadata.h"
#include "client/internal/pem.h"
#include "client/internal/token_file.h"
#include "common/names.h"

namespace cache_invalidation::client::internal {
namespace {

absl::Status Refuse(absl::string_view field, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat("ClientOptions::", field, message));
}

absl::Status Named(absl::string_view field, const absl::Status& status) {
  return status.ok() ? status : Refuse(field, absl::StrCat(": ", status.message()));
}

bool Authorizes(const CallMetadata& metadata) {
  return std::any_of(metadata.begin(), metadata.end(),
                     [](const auto& entry) { return entry.first == kAuthorization; });
}

using CheckPem = absl::Status (*)(absl::string_view pem);

absl::Status CheckText(absl::string_view field, const std::string& pem, CheckPem check) {
  return pem.empty() ? absl::OkStatus() : Named(field, check(pem));
}

absl::Status CheckFile(absl::string_view field, const std::string& path, CheckPem check) {
  if (path.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> pem = ReadPemFile(path);
  if (!pem.ok()) return Named(field, pem.status());
  const absl::Status status = check(*pem);
  return status.ok() ? status : Refuse(field, absl::StrCat(": ", path, ": ", status.message()));
}

absl::Status CheckTls(const TlsOptions& tls) {
  const bool has_text =
      !tls.root_certificates.empty() || !tls.private_key.empty() || !tls.certificate_chain.empty();
  if (has_text && HasFiles(tls)) return Refuse("tls", ": expected texts or files, got both");
  absl::Status status;
  status.Update(CheckText("tls.root_certificates", tls.root_certificates, CheckPemCertificates));
  status.Update(
      CheckFile("tls.root_certificates_file", tls.root_certificates_file, CheckPemCertificates));
  if (tls.private_key.empty() != tls.certificate_chain.empty()) {
    status.Update(
        Refuse("tls", ": expected private_key and certificate_chain, or neither; got one"));
  }
  if (tls.private_key_file.empty() != tls.certificate_chain_file.empty()) {
    status.Update(Refuse(
        "tls", ": expected private_key_file and certificate_chain_file, or neither; got one"));
  }
  status.Update(CheckText("tls.private_key", tls.private_key, CheckPemPrivateKey));
  status.Update(CheckFile("tls.private_key_file", tls.private_key_file, CheckPemPrivateKey));
  status.Update(CheckText("tls.certificate_chain", tls.certificate_chain, CheckPemCertificates));
  status.Update(
      CheckFile("tls.certificate_chain_file", tls.certificate_chain_file, CheckPemCertificates));
  return status;
}

absl::Status CheckTimes(const ClientOptions& options) {
  if (options.deadline.has_value() && *options.deadline <= absl::ZeroDuration()) {
    return Refuse("deadline", absl::StrCat(": expected more than zero, got ",
                                           absl::FormatDuration(*options.deadline)));
  }
  const BackoffOptions& backoff = options.backoff;
  if (backoff.initial < absl::ZeroDuration() || backoff.initial == absl::InfiniteDuration()) {
    return Refuse("backoff.initial", absl::StrCat(": expected zero or more, and finite, got ",
                                                  absl::FormatDuration(backoff.initial)));
  }
  if (backoff.maximum < absl::ZeroDuration() || backoff.maximum == absl::InfiniteDuration()) {
    return Refuse("backoff.maximum", absl::StrCat(": expected zero or more, and finite, got ",
                                                  absl::FormatDuration(backoff.maximum)));
  }
  if (!std::isfinite(backoff.multiplier) || backoff.multiplier < 1) {
    return Refuse("backoff.multiplier",
                  absl::StrCat(": expected 1 or more, and finite, got ", backoff.multiplier));
  }
  return absl::OkStatus();
}

absl::Status CheckCredentials(const ClientOptions& options) {
  const absl::Status metadata = CheckMetadata(options.metadata, kMaxConnectionMetadataBytes);
  if (!metadata.ok()) return Refuse("metadata", metadata.message());
  const int tokens = (options.token.empty() ? 0 : 1) + (options.token_file.empty() ? 0 : 1) +
                     (Authorizes(options.metadata) ? 1 : 0);
  if (tokens > 1) {
    return Refuse("token", ": expected one of token, token_file and authorization in metadata");
  }
  return options.token.empty() ? absl::OkStatus() : Named("token", CheckToken(options.token));
}

absl::Status CheckAll(const ClientOptions& options, bool is_protected) {
  absl::Status status;
  if (!options.namespace_name.empty()) {
    status.Update(Named("namespace_name", CheckNamespaceName(options.namespace_name)));
  }
  status.Update(CheckTimes(options));
  status.Update(CheckCredentials(options));
  const bool has_token =
      !options.token.empty() || !options.token_file.empty() || Authorizes(options.metadata);
  if (has_token && !is_protected && !options.allow_token_without_tls) {
    status.Update(Refuse("token",
                         ": without tls it is sent only on this machine; set tls, or "
                         "allow_token_without_tls"));
  }
  return status;
}

}  // namespace

bool HasFiles(const TlsOptions& tls) {
  return !tls.root_certificates_file.empty() || !tls.private_key_file.empty() ||
         !tls.certificate_chain_file.empty();
}

absl::Status CheckEndpointAndOptions(absl::string_view endpoint, const ClientOptions& options) {
  absl::Status status = CheckEndpoint(endpoint);
  if (options.tls.has_value()) status.Update(CheckTls(*options.tls));
  status.Update(CheckAll(options, options.tls.has_value() || IsOnThisMachine(endpoint)));
  return status;
}

absl::Status CheckOptions(const ClientOptions& options) {
  return CheckAll(options, /*is_protected=*/false);
}

}  // namespace cache_invalidation::client::internal
