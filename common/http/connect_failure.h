// Why a connection could not be made and why a certificate was not accepted: shared by the HTTP
// client and the connections of agent/net, so that equal faults have equal kinds and words. Pure.
#pragma once

#include <string>

#include "common/core/result.h"
#include "common/model/failure.h"
#include "common/model/tls_facts.h"

namespace picket::http {

// `os_errno` as connect() or socket() gave it; `remote` "203.0.113.7:443" or empty.
// Error: resource_exhausted (descriptors, ports, memory). That this machine has no IPv6 is
// connect_unreachable, as it is where it has no route.
Result<Failure> connect_failure(int os_errno, const std::string& remote);

// The kind of a certificate that was not accepted (X509_V_*); X509_V_OK means that only its name
// is wrong.
FailureKind certificate_failure(int verify_result);

// With the reason and with `certificate` (describe_leaf) in its message.
Failure refused_certificate(int verify_result, const std::string& certificate);

// "CN=shop.example for shop.example, www.shop.example, valid 2026-01-01 to 2026-04-01"; empty
// without a chain.
std::string describe_leaf(const TlsFacts& facts);

}  // namespace picket::http
