// Who is at the other end of a TLS connection, by the certificate that was verified. Plain values;
// whether the certificate is still the agent's, the registry says.
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <string>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::controller {

struct Peer {
  std::optional<AgentId> id;      // CN is the agent's name, O its region; nothing: no certificate
  std::string serial;             // lower-case hex
  std::optional<WallTime> until;  // the end of its validity
};

// After the handshake.
Peer peer_of(SSL* ssl);

}  // namespace picket::controller
