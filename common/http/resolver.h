// Host name -> addresses by c-ares on a private epoll descriptor: A and AAAA queries, no search
// domains, no cache, never the system's blocking resolver. Owned by the HTTP client; one
// executor. /etc/hosts counts only with the system's servers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/core/deadline.h"
#include "common/http/dns_answer.h"
#include "common/http/http_client.h"

namespace picket::http {

struct ResolverOptions {
  std::vector<std::string> servers;      // "127.0.0.1:5300", "[::1]:53"; empty: resolv.conf's
  std::string hosts_file{"/etc/hosts"};  // read only when `servers` is empty
  Nanos try_timeout{Seconds{1}};         // of the first try; each further one waits twice as long
  int tries{3};
  Nanos other_family_grace{Millis{500}};  // for AAAA once A has addresses, and the other way
};

class Resolver {
 public:
  // invalid_config: a server that is no numeric address. resource_exhausted.
  static Result<std::unique_ptr<Resolver>> create(async::Executor executor, async::Clock& clock,
                                                  ResolverOptions options);
  virtual ~Resolver() = default;

  // Returns addresses or the failure (nxdomain, no_data, servfail, timeout, malformed), at the
  // latest at the deadline. Numeric hosts answer themselves.
  // Error: resource_exhausted. Cancellation: at once; throws operation_aborted.
  virtual async::Task<Result<Resolution>> resolve(std::string host, IpVersion family,
                                                  Deadline deadline) = 0;
};

}  // namespace picket::http
