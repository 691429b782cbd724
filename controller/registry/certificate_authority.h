// The controller's own certificate authority (EC P-256, X.509v3 by OpenSSL): identifies agents to
// the controller and the controller to agents. Keys live in state_dir/ca, mode 0600. Blocking
// file work happens only in open(); signing takes well under a millisecond.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/result.h"
#include "common/core/time.h"

namespace picket::controller {

struct IssuedCertificate {
  std::string chain_pem;
  std::string key_pem;  // empty where the peer made its own key
  std::string serial;   // lower-case hex
  WallTime not_after;
};

class CertificateAuthority {
 public:
  // Loads `directory`/ca.pem and ca.key, or makes them on the first start (ten years).
  // io when they cannot be read or written; corrupt when they do not parse or do not belong
  // together.
  static Result<std::unique_ptr<CertificateAuthority>> open(const std::string& directory,
                                                            WallTime now);
  virtual ~CertificateAuthority() = default;

  virtual const std::string& ca_pem() const = 0;
  virtual WallTime until() const = 0;  // the end of its own certificate

  // A server certificate with a fresh key for these DNS names and addresses, 90 days.
  virtual Result<IssuedCertificate> issue_server(const std::vector<std::string>& names,
                                                 WallTime now) = 0;

  // A client certificate for the key of a PKCS #10 request whose signature holds; its subject is
  // ignored and becomes O = region, CN = name. 90 days. invalid_argument for a bad request.
  virtual Result<IssuedCertificate> issue_agent(const std::string& csr_pem, const AgentId& agent,
                                                WallTime now) = 0;
};

}  // namespace picket::controller
