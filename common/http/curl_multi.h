// libcurl's multi interface on one executor, through a private epoll descriptor. curl's callbacks
// only record and arm; they never call back into curl. Completions are posted, never inline.
// Owned by the HTTP client; not thread-safe.
#pragma once

#include <curl/curl.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <unordered_map>

#include "common/async/clock.h"
#include "common/async/turn_guard.h"
#include "common/http/private_epoll.h"

namespace picket::http {

struct TransferCode {
  CURLcode code{CURLE_OK};
  bool flooded{false};  // we ended it: its peer sent without end what carries nothing
};

class CurlMulti {
 public:
  // resource_exhausted: no descriptor or memory left.
  static Result<std::unique_ptr<CurlMulti>> create(async::Executor executor, async::Clock& clock);

  // Ends what is under way without completing it: its coroutines are destroyed, not resumed.
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  // Performs the transfer that `easy` is set up for; returns how it ended.
  // Requires: `easy` outlives the wait and is in no other transfer.
  // Cancellation: the handle is removed, its connection closed; throws operation_aborted.
  async::Task<TransferCode> perform(CURL* easy);

  std::size_t in_flight() const { return transfers_.size(); }

  // For the callbacks of a transfer: it has received something that counts.
  void progress() { guard_.progress(); }

 private:
  using Handler =
      boost::asio::any_completion_handler<void(boost::system::error_code, TransferCode)>;

  explicit CurlMulti(async::Executor executor) : executor_(std::move(executor)) {}
  Status open(async::Clock& clock);
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void begin(CURL* easy, Handler handler);
  void act(curl_socket_t socket, int mask);
  void collect_finished(bool flooded);
  void complete(CURL* easy, boost::system::error_code error, TransferCode code);

  async::Executor executor_;
  async::TurnGuard guard_;
  std::unique_ptr<PrivateEpoll> epoll_;
  CURLM* multi_{nullptr};
  std::unordered_map<CURL*, Handler> transfers_;
};

}  // namespace picket::http
