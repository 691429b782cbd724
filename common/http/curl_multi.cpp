#include "common/http/curl_multi.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace picket::http {

Result<std::unique_ptr<CurlMulti>> CurlMulti::create(async::Executor executor,
                                                     async::Clock& clock) {
  std::unique_ptr<CurlMulti> multi(new CurlMulti(std::move(executor)));
  if (auto opened = multi->open(clock); !opened) return fail(opened.error());
  return multi;
}

Status CurlMulti::open(async::Clock& clock) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return fail(ErrorCode::internal, "libcurl does not start");
  PrivateEpoll::Events events;
  events.ready = [this](PrivateEpoll::Ready ready) {
    act(ready.descriptor, (ready.readable ? CURL_CSELECT_IN : 0) |
                              (ready.writable ? CURL_CSELECT_OUT : 0) |
                              (ready.failed ? CURL_CSELECT_ERR : 0));
  };
  events.timer = [this] { act(CURL_SOCKET_TIMEOUT, 0); };
  events.turn_ended = [this] { collect_finished(false); };
  auto epoll = PrivateEpoll::create(executor_, clock, std::move(events));
  if (!epoll) return fail(epoll.error());
  epoll_ = std::move(*epoll);
  multi_ = curl_multi_init();
  if (!multi_) return fail(ErrorCode::resource_exhausted, "no memory for libcurl");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  return {};
}

CurlMulti::~CurlMulti() {
  auto unfinished = std::exchange(transfers_, {});
  for (auto& [easy, handler] : unfinished) curl_multi_remove_handle(multi_, easy);
  unfinished.clear();  // destroys the waiting coroutines, and with them the easy handles
  if (multi_) curl_multi_cleanup(multi_);
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  PrivateEpoll& epoll = *static_cast<CurlMulti*>(self)->epoll_;
  if (what == CURL_POLL_REMOVE)
    epoll.forget(socket);
  else
    epoll.watch(socket, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
  return 0;
}

int CurlMulti::on_timer(CURLM*, long timeout_ms, void* self) {
  PrivateEpoll& epoll = *static_cast<CurlMulti*>(self)->epoll_;
  if (timeout_ms < 0)
    epoll.disarm();
  else
    epoll.arm(Millis{timeout_ms});
  return 0;
}

async::Task<TransferCode> CurlMulti::perform(CURL* easy) {
  const auto initiate = [this, easy](auto handler) { begin(easy, Handler(std::move(handler))); };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                     void(boost::system::error_code, TransferCode)>(
      initiate, boost::asio::use_awaitable);
}

void CurlMulti::begin(CURL* easy, Handler handler) {
  // The type is erased by now: only the erased handler's slot is the live one.
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  if (slot.is_connected())
    slot.assign([this, easy](boost::asio::cancellation_type) {
      complete(easy, boost::asio::error::operation_aborted, {});
    });
  transfers_.emplace(easy, std::move(handler));
  epoll_->start();
  if (transfers_.size() == 1) guard_.start();
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) complete(easy, {}, {CURLE_FAILED_INIT});
}

void CurlMulti::act(curl_socket_t socket, int mask) {
  int running = 0;
  guard_.begin(socket);  // a timer's turn has none: it reads no socket that is not ready by chance
  curl_multi_socket_action(multi_, socket, mask, &running);
  if (guard_.end()) collect_finished(true);
}

void CurlMulti::collect_finished(bool flooded) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
    if (message->msg == CURLMSG_DONE)
      complete(message->easy_handle, {},
               {message->data.result, flooded && message->data.result != CURLE_OK});
}

void CurlMulti::complete(CURL* easy, boost::system::error_code error, TransferCode code) {
  auto node = transfers_.extract(easy);
  if (node.empty()) return;
  curl_multi_remove_handle(multi_, easy);
  if (transfers_.empty()) epoll_->stop();
  if (transfers_.empty()) guard_.stop();
  // Not from within the slot's own handler, which clear() would destroy.
  if (!error) boost::asio::get_associated_cancellation_slot(node.mapped()).clear();
  boost::asio::post(executor_, [handler = std::move(node.mapped()), error, code]() mutable {
    std::move(handler)(error, code);
  });
}

}  // namespace picket::http
