#include "common/http/connect_failure.h"

#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

#include "common/core/text.h"

namespace picket::http {
namespace {

constexpr std::size_t kMessageMax = 400;
constexpr std::size_t kNamesShown = 5;

std::string at_remote(const std::string& remote) { return remote.empty() ? "" : " at " + remote; }

// Without the system's text: equal faults must read alike.
Failure short_form(FailureKind kind, const std::string& remote) {
  return {kind, cut_utf8(std::string(summary_of(kind)) + at_remote(remote), kMessageMax), {}};
}

bool is_ipv6(const std::string& remote) { return remote.starts_with('['); }

tl::unexpected<Error> no_socket(int os_errno) {
  return fail(ErrorCode::resource_exhausted,
              std::string("no socket for a connection: ") + std::strerror(os_errno));
}

}  // namespace

Result<Failure> connect_failure(int os_errno, const std::string& remote) {
  switch (os_errno) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS: return no_socket(os_errno);
    case EADDRNOTAVAIL:
      // Of IPv6 it is what a machine says that has no IPv6 (disable_ipv6=1), of IPv4 that no port
      // is left.
      if (is_ipv6(remote)) return short_form(FailureKind::connect_unreachable, remote);
      return no_socket(os_errno);
    case ETIMEDOUT: return short_form(FailureKind::connect_timeout, remote);
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EAFNOSUPPORT: return short_form(FailureKind::connect_unreachable, remote);
    case ECONNRESET:
    case EPIPE: return short_form(FailureKind::connect_reset, remote);
    case EACCES:
    case EPERM:
      return Failure{FailureKind::agent_network,
                     cut_utf8("this machine's own rules forbid the connection" + at_remote(remote),
                              kMessageMax),
                     {}};
    default: return short_form(FailureKind::connect_refused, remote);
  }
}

FailureKind certificate_failure(int verify_result) {
  switch (verify_result) {
    case X509_V_OK:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return FailureKind::tls_name_mismatch;
    case X509_V_ERR_CERT_HAS_EXPIRED: return FailureKind::tls_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return FailureKind::tls_not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return FailureKind::tls_self_signed;
    default: return FailureKind::tls_untrusted;
  }
}

Failure refused_certificate(int verify_result, const std::string& certificate) {
  const FailureKind kind = certificate_failure(verify_result);
  std::string message(summary_of(kind));
  if (verify_result != X509_V_OK)
    message += std::string(" (") + X509_verify_cert_error_string(verify_result) + ")";
  if (!certificate.empty()) message += ": " + certificate;
  return {kind, cut_utf8(message, kMessageMax), {}};
}

std::string describe_leaf(const TlsFacts& facts) {
  if (facts.chain.empty()) return {};
  const CertificateFacts& leaf = facts.chain.front();
  std::string out = leaf.subject;
  for (std::size_t i = 0; i < leaf.dns_names.size() && i < kNamesShown; ++i)
    out += (i == 0 ? " for " : ", ") + leaf.dns_names[i];
  const auto day = [](WallTime time) { return render_rfc3339(time).substr(0, 10); };
  return out + ", valid " + day(leaf.not_before) + " to " + day(leaf.not_after);
}

}  // namespace picket::http
