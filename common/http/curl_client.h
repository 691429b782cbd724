// HttpClient over libcurl and c-ares, each behind one private epoll descriptor on the executor.
// The CA bundle is parsed once and shared by all exchanges. Owned by main; one executor; must be
// destroyed before its io_context, after its last exchange ended or was cancelled.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/http/address_guard.h"
#include "common/http/http_client.h"

namespace picket::http {

struct CurlClientOptions {
  std::vector<std::string> dns_servers;  // "127.0.0.1:5300"; empty: the system's
  std::string ca_file;                   // empty: Debian's bundle; added roots, re-read on change
  bool add_system_roots{true};           // with a ca_file: trust the system's bundle too
  AddressGuard guard;
  std::string user_agent;
};

// invalid_config: a CA file that cannot be read or a DNS server that is no address.
Result<std::unique_ptr<HttpClient>> create_curl_client(async::Executor executor,
                                                       async::Clock& clock,
                                                       CurlClientOptions options);

}  // namespace picket::http
