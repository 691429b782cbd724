// One transfer: an easy handle with everything its callbacks write to. Made per exchange, used
// once, neither copied nor moved, because curl keeps its address. Lives in the exchange's
// coroutine; one executor.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/http/address_guard.h"
#include "common/http/curl_multi.h"
#include "common/http/http_client.h"
#include "common/http/target.h"
#include "common/http/tls_inspection.h"
#include "common/http/transfer_failure.h"

namespace picket::http {

// What a transfer refers to; all of it outlives the transfer.
struct TransferContext {
  const Request& request;
  const Target& target;
  const Target* proxy;                        // null: none
  const std::vector<std::string>& addresses;  // of the proxy if there is one, else the target
  const AddressGuard& guard;
  const std::string& user_agent;
  async::Clock& clock;
  X509_STORE* trusted;  // null without TLS
  CURLSH* sessions;     // shared TLS sessions, for kept connections
  CurlMulti& multi;     // that performs it
  Nanos time_left;
};

class CurlEasy {
 public:
  explicit CurlEasy(const TransferContext& context);
  ~CurlEasy();
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  // Sets every option. resource_exhausted; internal when curl refuses an option.
  Status set_up();

  CURL* native() { return easy_; }

  // After the transfer: fills everything but DNS's part of `exchange`. Error: our own failure.
  Status finish(TransferCode code, Exchange& exchange);

 private:
  friend class CurlOptions;
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static CURLcode on_tls_context(CURL*, void* context, void* self);

  void take_header_line(std::string_view line);
  Phases phases(Nanos dns) const;
  Nanos time_of(CURLINFO info) const;
  TransferEnd end_of(TransferCode code, const Exchange& exchange) const;
  std::string remote_address() const;
  bool has_first_byte() const;

  const TransferContext context_;
  CURL* easy_;
  std::vector<curl_slist*> lists_;
  std::array<char, CURL_ERROR_SIZE> error_{};

  Headers headers_;
  std::string body_;
  std::uint64_t header_bytes_{0};
  bool in_body_{false};
  LimitHit limit_{LimitHit::none};
  std::string blocked_;
  std::string tried_;    // the address connected to last
  int socket_errno_{0};  // of a socket that could not be made
  std::optional<MonoTime> opened_at_;
  std::optional<MonoTime> first_line_at_;
  std::shared_ptr<TlsInspection> tls_;
};

}  // namespace picket::http
