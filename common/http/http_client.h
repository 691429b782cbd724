// One HTTP exchange, measured: the narrow interface through which agents probe, agents and CLI
// speak to the controller, and the controller delivers pages. No redirects, no cookies, no
// retries here: callers see every hop. One executor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/model/failure.h"
#include "common/model/phases.h"
#include "common/model/tls_facts.h"

namespace picket::http {

using Headers = std::vector<std::pair<std::string, std::string>>;  // in order, names as written

// The first value of a header, by case-insensitive name.
std::optional<std::string> find_header(const Headers& headers, std::string_view name);

enum class HttpVersion { any, http1_1, http2 };
enum class IpVersion { any, v4, v6 };

struct TlsOptions {
  std::string ca_file;          // empty: the client's default store (parsed once)
  std::string ca_pem;           // these certificates are trusted, and no others; before ca_file
  std::string certificate_pem;  // client certificate chain, PEM; empty: none
  std::string private_key_pem;  // empty: it stands in certificate_pem
  std::string server_name;      // for SNI and the certificate's name; empty: the URL's host
  bool insecure{false};         // accept any certificate (still recorded)
  bool check_dates{true};       // false: from when and until when one is valid does not count
};

struct Credentials {
  std::string user;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

struct Request {
  std::string method{"GET"};
  std::string url;  // absolute http or https URL
  Headers headers;
  std::string body;
  Nanos timeout{Seconds{10}};         // whole exchange, DNS included
  Nanos connect_timeout{Seconds{5}};  // TCP and TLS, within `timeout`
  HttpVersion http_version{HttpVersion::any};
  IpVersion ip_version{IpVersion::any};
  bool compression{true};        // ask for and decode compressed bodies
  bool reuse_connection{false};  // probes always connect afresh
  std::uint64_t header_bytes_max{256 * 1024};
  std::uint64_t body_bytes_max{10 * 1024 * 1024};
  std::string proxy;                  // http://, https:// or socks5h://; empty: none
  Credentials proxy_login;            // basic; an empty user: none
  std::optional<Credentials> digest;  // RFC 7616: a 401 is answered, both count as one exchange
  std::string address;                // numeric: connect there, whatever the host's name says
  bool first_address_only{false};     // of those the name has
  bool happy_eyeballs{false};         // race the address families instead of one after the other
  TlsOptions tls;
};

// Everything that was learnt, filled as far as the exchange came.
struct Exchange {
  std::optional<Failure> failure;  // nothing: a complete response was read
  bool request_written{false};     // false: the peer cannot have acted on the request
  int status{0};                   // 0: no response
  std::string http_version;        // "1.1", "2"
  Headers headers;
  std::string body;  // decoded; on body_too_large the part up to the limit
  std::uint64_t header_bytes{0};
  std::uint64_t body_bytes{0};  // as received
  std::vector<std::string> resolved_addresses;
  std::string remote_address;  // "203.0.113.7:443"; empty when none was tried
  std::string dns_server;
  Phases phases;
  std::optional<TlsFacts> tls;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Returns what happened; a target that fails is an Exchange with a failure.
  // Error: our own failure only (resource_exhausted, internal; invalid_config for a tls.ca_file
  // that cannot be read).
  // Cancellation: the exchange is dropped; throws operation_aborted.
  virtual async::Task<Result<Exchange>> exchange(Request request) = 0;
};

}  // namespace picket::http
