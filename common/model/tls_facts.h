// What a TLS handshake showed, also when it failed.
// Plain values, filled in by common/http from what the peer sent: untrusted, cut, cleaned.
#pragma once

#include <string>
#include <vector>

#include "common/core/time.h"

namespace picket {

struct CertificateFacts {
  std::string subject;  // RFC 2253, cut at 256 bytes
  std::string issuer;
  WallTime not_before;
  WallTime not_after;
  std::vector<std::string> dns_names;  // subject alternative names, at most 32
  std::string sha256;                  // of the DER form, 64 hex digits
  bool operator==(const CertificateFacts&) const = default;
};

struct TlsFacts {
  std::string version;  // "TLSv1.3"; empty when no handshake was completed
  std::string cipher;
  std::vector<CertificateFacts> chain;  // as served, leaf first, at most 16
  std::string verify_error;             // empty when the chain was accepted
  bool operator==(const TlsFacts&) const = default;
};

}  // namespace picket
