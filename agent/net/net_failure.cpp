#include "agent/net/net_failure.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>

#include "common/core/text.h"
#include "common/http/connect_failure.h"

namespace picket::agent {
namespace {

constexpr std::size_t kMessageMax = 400;

Failure make(FailureKind kind, const std::string& message, const std::string& remote) {
  const std::string at = remote.empty() ? "" : " at " + remote;
  return {kind, cut_utf8(message + at, kMessageMax), {}};
}

bool is_our_own(int value) {
  return value == EMFILE || value == ENFILE || value == ENOMEM || value == ENOBUFS ||
         value == EADDRNOTAVAIL;
}

bool is_end(const boost::system::error_code& error) {
  return error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
}

// The server's word about our certificate, or the want of one: before the handshake's end, or with
// TLS 1.3 after it (RFC 8446, 4.4.2.4).
bool is_client_certificate_alert(const boost::system::error_code& error) {
  if (error.category() != boost::asio::error::get_ssl_category()) return false;
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA: return true;
    default: return false;
  }
}

// "wrong version number", "tlsv1 alert protocol version".
std::string words_of(const boost::system::error_code& error) {
  const char* reason = ::ERR_reason_error_string(static_cast<unsigned long>(error.value()));
  return clean_line(reason != nullptr ? reason : error.message());
}

}  // namespace

Failure net_closed(NetStage stage, const std::string& remote) {
  if (stage == NetStage::tls)
    return make(FailureKind::tls_handshake, "the TLS handshake broke off", remote);
  return make(FailureKind::connection_closed,
              std::string(summary_of(FailureKind::connection_closed)), remote);
}

Failure net_timeout(NetStage stage, Nanos waited, const std::string& remote) {
  const std::string within = " within " + render_elapsed(waited);
  switch (stage) {
    case NetStage::connect:
      return make(FailureKind::connect_timeout, "the connection was not accepted" + within, remote);
    case NetStage::tls:
      return make(FailureKind::tls_timeout, "the TLS handshake did not end" + within, remote);
    case NetStage::exchange: break;
  }
  return make(FailureKind::timeout, "connected, but what was waited for did not come" + within,
              remote);
}

Result<Failure> net_failure(NetStage stage, const boost::system::error_code& error,
                            const std::string& remote) {
  const bool is_system = error.category() == boost::system::system_category();
  if (is_system && (stage == NetStage::connect || is_our_own(error.value())))
    return http::connect_failure(error.value(), remote);
  if (is_end(error)) return net_closed(stage, remote);
  if (is_client_certificate_alert(error))
    return make(
        FailureKind::tls_client_certificate,
        std::string(summary_of(FailureKind::tls_client_certificate)) + " (" + words_of(error) + ")",
        remote);
  if (stage == NetStage::tls) {
    if (is_system) return net_closed(stage, remote);
    return make(FailureKind::tls_handshake,
                std::string(summary_of(FailureKind::tls_handshake)) + " (" + words_of(error) + ")",
                remote);
  }
  if (is_system) return make(FailureKind::connect_reset, "the connection was reset", remote);
  return make(FailureKind::connect_reset, "the TLS connection broke (" + words_of(error) + ")",
              remote);
}

}  // namespace picket::agent
