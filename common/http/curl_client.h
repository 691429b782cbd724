// HttpClient over libcurl and c-ares, each behind one private epoll descriptor on the executor.
// Resolver, certificates and guard are the network's. Owned by main; one executor; must be
// destroyed before its io_context, after its last exchange ended or was cancelled.
#pragma once

#include <memory>
#include <string>

#include "common/http/http_client.h"
#include "common/http/network.h"

namespace picket::http {

// A client over the network that others use too, which must outlive it.
// resource_exhausted.
Result<std::unique_ptr<HttpClient>> create_curl_client(async::Executor executor,
                                                       async::Clock& clock, Network& network,
                                                       std::string user_agent);

struct CurlClientOptions : NetworkOptions {
  std::string user_agent;
};

// A client with a network of its own. invalid_config, resource_exhausted: see Network.
Result<std::unique_ptr<HttpClient>> create_curl_client(async::Executor executor,
                                                       async::Clock& clock,
                                                       CurlClientOptions options);

}  // namespace picket::http
