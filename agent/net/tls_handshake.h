// The pieces of a TLS handshake that are no I/O: a context from settings, and a report from what
// the handshake left behind. OpenSSL's types stop here and in stream.h.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>

#include "agent/net/connection.h"
#include "common/http/certificate_store.h"
#include "common/http/tls_inspection.h"

namespace picket::agent {

struct TlsContext {
  std::shared_ptr<boost::asio::ssl::context> context;
  std::shared_ptr<http::TlsInspection> inspection;
  std::optional<Failure> failure;  // invalid_request: a client certificate or CA text of no use
};

// What the peer said, message by message, as far as it matters after the handshake.
struct TlsMessages {
  bool asks_certificate{false};
  bool has_ticket{false};
  int alert{0};  // SSL_AD_*; 0: none, or close_notify
};

// Notes into `heard`, which outlives the connection.
void watch_messages(SSL* ssl, TlsMessages& heard);

// As an error of Asio, for net_failure().
boost::system::error_code alert_error(int alert);

// Whom the settings trust. invalid_config: a file that cannot be read; invalid_argument: a text.
Result<X509_STORE*> find_trusted(const TlsSettings& settings, http::CertificateStores& stores);

// Error: invalid_config for a CA that cannot be read; resource_exhausted.
Result<TlsContext> make_tls_context(const TlsSettings& settings, http::CertificateStores& stores,
                                    async::Clock& clock);

// Sets the name and what is offered. False: out of memory.
bool prepare_tls(SSL* ssl, const TlsSettings& settings);

// Everything but `took`. `failure` as set before, else the certificate's when it was to be verified
// and is not good.
void fill_tls_report(TlsReport& report, const SSL* ssl, http::TlsInspection& inspection,
                     const TlsSettings& settings);

}  // namespace picket::agent
