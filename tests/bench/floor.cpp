// The least that an HTTP probe with libcurl costs: the multi interface on one epoll descriptor,
// a fresh easy handle and connection per run, one shared X509_STORE, and nothing else.
#include <curl/curl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "tests/bench/usage.h"

namespace picket::bench {
namespace {

struct Floor {
  Arguments arguments;
  CURLM* multi{curl_multi_init()};
  int epoll{::epoll_create1(EPOLL_CLOEXEC)};
  X509_STORE* store{X509_STORE_new()};
  long timeout_ms{-1};
  long started{0};
  long ended{0};
  long failed{0};
};

void load_store(Floor& floor) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(
      BIO_new_file(floor.arguments.ca_file.c_str(), "rb"), BIO_free);
  while (X509* certificate =
             file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr) {
    X509_STORE_add_cert(floor.store, certificate);
    X509_free(certificate);
  }
}

int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  const int epoll = static_cast<Floor*>(self)->epoll;
  epoll_event event{};
  event.data.fd = socket;
  event.events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  if (what == CURL_POLL_REMOVE)
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr);
  else if (::epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event) != 0)
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
  return 0;
}

int on_timer(CURLM*, long timeout_ms, void* self) {
  static_cast<Floor*>(self)->timeout_ms = timeout_ms;
  return 0;
}

std::size_t on_body(char*, std::size_t, std::size_t size, void*) { return size; }

CURLcode on_tls_context(CURL*, void* context, void* store) {
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), static_cast<X509_STORE*>(store));
  return CURLE_OK;
}

void start_one(Floor& floor) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, floor.arguments.url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30'000L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, floor.store);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_multi_add_handle(floor.multi, easy);
  ++floor.started;
}

void collect(Floor& floor) {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(floor.multi, &left)) {
    CURL* easy = message->easy_handle;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (message->data.result != CURLE_OK || status != 200) ++floor.failed;
    ++floor.ended;
    curl_multi_remove_handle(floor.multi, easy);
    curl_easy_cleanup(easy);
    if (floor.started < floor.arguments.runs) start_one(floor);
  }
}

void run(Floor& floor) {
  curl_multi_setopt(floor.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(floor.multi, CURLMOPT_SOCKETDATA, &floor);
  curl_multi_setopt(floor.multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(floor.multi, CURLMOPT_TIMERDATA, &floor);
  while (floor.started < floor.arguments.runs && floor.started < floor.arguments.concurrency)
    start_one(floor);
  int running = 0;
  while (floor.ended < floor.arguments.runs) {
    std::array<epoll_event, 64> ready{};
    const int wait = floor.timeout_ms < 0 ? 1000 : static_cast<int>(floor.timeout_ms);
    const int count = ::epoll_wait(floor.epoll, ready.data(), ready.size(), wait);
    if (count == 0) curl_multi_socket_action(floor.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = ready[static_cast<std::size_t>(i)];
      const int mask = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(floor.multi, event.data.fd, mask, &running);
    }
    collect(floor);
  }
}

}  // namespace
}  // namespace picket::bench

int main(int count, char** words) {
  using namespace picket::bench;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Floor floor;
  floor.arguments = parse_arguments(count, words);
  load_store(floor);
  const long idle_kb = memory_kb("VmRSS");
  const double before = cpu_seconds();
  run(floor);
  print_usage(floor.arguments, floor.failed, cpu_seconds() - before, idle_kb);
  curl_multi_cleanup(floor.multi);
  X509_STORE_free(floor.store);
  ::close(floor.epoll);
  return 0;
}
