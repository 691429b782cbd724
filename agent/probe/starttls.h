// The words in the clear that lead to TLS: SMTP (RFC 3207), IMAP (RFC 3501), POP3 (RFC 2595),
// PostgreSQL (its SSLRequest) and LDAP (RFC 4511, 4.14). Lives for one step. One executor.
#pragma once

#include <optional>
#include <string>

#include "agent/net/connection.h"

namespace picket::agent {

// Leads the connection to where the handshake begins. `transcript` gets what was received, for the
// evidence. `protocol` is one of TlsAction::kProtocols; "none" says nothing.
// Failure: tls_starttls_refused with the server's words; timeout, connect_reset,
// connection_closed as the connection says. Error and cancellation as Connection.
async::Task<Result<std::optional<Failure>>> run_starttls(std::string protocol,
                                                         Connection& connection, Deadline deadline,
                                                         std::string& transcript);

// An LDAPMessage with an ExtendedResponse (BER): its result code; nothing when it is none.
std::optional<int> ldap_result(std::string_view message);

// Bytes of a BER element as its header announces; 0: the header is not complete yet.
std::size_t ber_size(std::string_view bytes);

}  // namespace picket::agent
