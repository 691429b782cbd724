// How a transfer ended, judged: the target failed (a Failure), we failed (an Error), or neither.
// The one place where the two part. Pure; tested as a table.
#pragma once

#include <curl/curl.h>

#include <optional>
#include <string>

#include "common/core/result.h"
#include "common/core/time.h"
#include "common/model/failure.h"

namespace picket::http {

enum class LimitHit { none, header, body };

struct TransferEnd {
  CURLcode code{CURLE_OK};
  bool flooded{false};      // ended by us: frames without end that carry nothing
  long os_errno{0};         // of the socket, 0 when curl saw none
  int verify_result{0};     // X509_V_*
  bool tls_started{false};  // the TCP connection was there
  bool tls_done{false};
  bool connected{false};   // ready for the request, TLS included
  bool first_byte{false};  // of the response
  bool body_started{false};
  bool http2{false};  // asked for
  bool proxied{false};
  long proxy_status{0};  // answer to CONNECT, 0 none
  int status{0};         // of a complete head, 0 none
  LimitHit limit{LimitHit::none};
  std::string blocked;      // the guard's words about the last address, empty: allowed
  std::string remote;       // "203.0.113.7:443"
  std::string detail;       // curl's text
  std::string certificate;  // of the leaf: "CN=shop.example, valid 2026-01-01 to 2026-04-01"
  Nanos waited{0};          // until the end
};

// Error: resource_exhausted (descriptors, ports, memory), internal.
Result<std::optional<Failure>> judge(const TransferEnd& end);

}  // namespace picket::http
