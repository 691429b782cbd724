// Who the agent is: an EC P-256 key made here that never leaves, and the certificate that the
// controller signed for it, which names agent and region. Kept in one file, mode 0600, replaced
// in one step. Functions for any thread; those that take a Disk block.
#pragma once

#include <optional>
#include <string>

#include "agent/spool/disk.h"
#include "common/core/ids.h"
#include "common/core/result.h"
#include "common/core/time.h"

namespace picket::agent {

struct Identity {
  AgentId agent;
  std::string certificate_pem;  // leaf first
  std::string private_key_pem;
  WallTime not_before;
  WallTime not_after;
};

struct KeyRequest {
  std::string private_key_pem;
  std::string csr_pem;  // PKCS #10, signed by the key
};

// internal when OpenSSL fails.
Result<KeyRequest> make_key_request(const std::string& agent_name);

// Name and region out of the leaf (CN, O), and that it belongs to the key. certificate_refused
// says what is wrong.
Result<Identity> read_identity(std::string certificate_pem, std::string private_key_pem);

// 2/3 of the lifetime: when a new certificate is due.
WallTime renewal_due(const Identity& identity);

// state_dir/identity.pem. not_found: none yet. corrupt: does not parse or belong together.
Result<Identity> load_identity(Disk& disk, const std::string& state_dir);
Status store_identity(Disk& disk, const std::string& state_dir, const Identity& identity,
                      const std::string& ca_pem);

}  // namespace picket::agent
