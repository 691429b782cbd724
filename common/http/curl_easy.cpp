#include "common/http/curl_easy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/core/text.h"
#include "common/http/connect_failure.h"
#include "common/http/curl_options.h"
#include "common/http/exchange_phases.h"

namespace picket::http {
namespace {

constexpr int kFirstFinalStatus = 200;
constexpr int kSwitchingProtocols = 101;
constexpr curl_off_t kReserveMax = 64 * 1024;  // an announced length is only believed so far

// "203.0.113.7", and what a URL would have for it with a port.
std::pair<std::string, std::string> render_address(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN];
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    const std::string ip = ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {ip, ip + ":" + std::to_string(ntohs(v4.sin_port))};
  }
  if (address.sa_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  const std::string ip = ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return {ip, "[" + ip + "]:" + std::to_string(ntohs(v6.sin6_port))};
}

std::string version_text(long version) {
  switch (version) {
    case CURL_HTTP_VERSION_1_0: return "1.0";
    case CURL_HTTP_VERSION_1_1: return "1.1";
    case CURL_HTTP_VERSION_2_0: return "2";
    case CURL_HTTP_VERSION_3: return "3";
    default: return {};
  }
}

template <class Value>
Value info_of(CURL* easy, CURLINFO info) {
  Value value{};
  curl_easy_getinfo(easy, info, &value);
  return value;
}

}  // namespace

CurlEasy::CurlEasy(const TransferContext& context) : context_(context), easy_(curl_easy_init()) {}

CurlEasy::~CurlEasy() {
  curl_easy_cleanup(easy_);
  for (curl_slist* list : lists_) curl_slist_free_all(list);
}

Status CurlEasy::set_up() {
  CurlOptions options(*this);
  return options.apply();
}

std::size_t CurlEasy::on_header(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<CurlEasy*>(self);
  transfer.context_.multi.progress();
  if (!transfer.first_line_at_) transfer.first_line_at_ = transfer.context_.clock.now();
  transfer.header_bytes_ += size;
  if (transfer.header_bytes_ > transfer.context_.request.header_bytes_max) {
    transfer.limit_ = LimitHit::header;
    return 0;
  }
  transfer.take_header_line({data, size});
  return size;
}

void CurlEasy::take_header_line(std::string_view line) {
  if (line.starts_with("HTTP/") && !in_body_) {  // also after an interim response
    headers_.clear();
    if (context_.request.digest) first_line_at_ = context_.clock.now();  // of the second answer
    return;
  }
  const bool continues = line.front() == ' ' || line.front() == '\t';
  const std::string_view text = trim_ascii(line);
  if (text.empty()) return;
  if (continues && !headers_.empty()) {  // obs-fold, RFC 9112, 5.2
    headers_.back().second += " " + std::string(text);
    return;
  }
  const std::size_t colon = text.find(':');
  const std::string_view value =
      colon == std::string_view::npos ? std::string_view{} : trim_ascii(text.substr(colon + 1));
  headers_.emplace_back(trim_ascii(text.substr(0, colon)), value);
}

std::size_t CurlEasy::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<CurlEasy*>(self);
  transfer.context_.multi.progress();
  const std::uint64_t max = transfer.context_.request.body_bytes_max;
  if (!std::exchange(transfer.in_body_, true)) {
    const auto announced = info_of<curl_off_t>(transfer.easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
    const auto wanted =
        static_cast<std::uint64_t>(std::clamp(announced, curl_off_t{0}, kReserveMax));
    transfer.body_.reserve(static_cast<std::size_t>(std::min(wanted, max)));
  }
  const std::uint64_t room = max - std::min<std::uint64_t>(max, transfer.body_.size());
  transfer.body_.append(data, static_cast<std::size_t>(std::min<std::uint64_t>(room, size)));
  if (size <= room) return size;
  transfer.limit_ = LimitHit::body;
  return CURL_WRITEFUNC_ERROR;
}

curl_socket_t CurlEasy::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlEasy*>(self);
  auto [ip, with_port] = render_address(address->addr);
  transfer.blocked_ = transfer.context_.guard.refusal(ip);
  transfer.tried_ = std::move(with_port);
  if (!transfer.blocked_.empty()) return CURL_SOCKET_BAD;
  if (!transfer.opened_at_) transfer.opened_at_ = transfer.context_.clock.now();
  const int type = address->socktype | SOCK_CLOEXEC;
  const int descriptor = ::socket(address->family, type, address->protocol);
  transfer.socket_errno_ = descriptor < 0 ? errno : 0;
  return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

CURLcode CurlEasy::on_tls_context(CURL*, void* context, void* self) {
  auto& transfer = *static_cast<CurlEasy*>(self);
  auto inspection = std::make_shared<TlsInspection>(transfer.context_.clock);
  transfer.tls_ = inspection;
  const TlsOptions& tls = transfer.context_.request.tls;
  return TlsInspection::attach(static_cast<SSL_CTX*>(context), transfer.context_.trusted,
                               !tls.insecure, std::move(inspection), tls.check_dates)
             ? CURLE_OK
             : CURLE_OUT_OF_MEMORY;
}

Nanos CurlEasy::time_of(CURLINFO info) const {
  return std::chrono::microseconds{info_of<curl_off_t>(easy_, info)};
}

bool CurlEasy::has_first_byte() const {
  // With a request body curl takes the time of its upload for the first byte.
  const bool counts = context_.request.body.empty();
  return first_line_at_ || (counts && time_of(CURLINFO_STARTTRANSFER_TIME_T) > Nanos{0});
}

Phases CurlEasy::phases(Nanos dns) const {
  ExchangeMarks marks;
  marks.dns = dns;
  marks.tls = context_.target.tls;
  marks.ended = time_of(CURLINFO_TOTAL_TIME_T);
  const Nanos opened = time_of(CURLINFO_NAMELOOKUP_TIME_T);
  const auto since_opened = [&](const std::optional<MonoTime>& at) -> std::optional<Nanos> {
    if (!at || !opened_at_) return std::nullopt;
    return opened + (*at - *opened_at_);
  };
  if (const Nanos at = time_of(CURLINFO_CONNECT_TIME_T); at > Nanos{0}) marks.connected = at;
  if (const Nanos at = time_of(CURLINFO_APPCONNECT_TIME_T); at > Nanos{0}) marks.tls_done = at;
  // When TLS fails curl knows neither moment.
  if (!marks.tls_done && tls_ && tls_->started_at())
    marks.connected = since_opened(tls_->started_at());
  if (!marks.tls_done && tls_ && tls_->done_at()) marks.tls_done = since_opened(tls_->done_at());
  if (!opened_at_) {  // a kept connection
    marks.connected = Nanos{0};
    marks.tls_done = Nanos{0};
  }
  if (has_first_byte()) {
    const Nanos at = time_of(CURLINFO_STARTTRANSFER_TIME_T);
    marks.first_byte = at;
    if (!context_.request.body.empty() && opened_at_)
      marks.first_byte = since_opened(first_line_at_);
  }
  return make_phases(marks);
}

std::string CurlEasy::remote_address() const {
  const char* ip = info_of<char*>(easy_, CURLINFO_PRIMARY_IP);
  if (!ip || *ip == '\0') return tried_;
  const std::string port = std::to_string(info_of<long>(easy_, CURLINFO_PRIMARY_PORT));
  const std::string text = ip;
  return (text.find(':') == std::string::npos ? text : "[" + text + "]") + ":" + port;
}

TransferEnd CurlEasy::end_of(TransferCode code, const Exchange& exchange) const {
  TransferEnd end;
  end.code = code.code;
  end.flooded = code.flooded;
  end.os_errno = socket_errno_ != 0 ? socket_errno_ : info_of<long>(easy_, CURLINFO_OS_ERRNO);
  end.tls_started = tls_ && tls_->started_at();
  end.tls_done = tls_ && tls_->done_at();
  end.verify_result = tls_ ? tls_->verify_result() : 0;
  end.connected = !opened_at_ || time_of(CURLINFO_PRETRANSFER_TIME_T) > Nanos{0};
  end.first_byte = has_first_byte();
  end.body_started = in_body_;
  end.http2 = context_.request.http_version == HttpVersion::http2;
  end.proxied = context_.proxy != nullptr;
  end.status = exchange.status;
  end.proxy_status = info_of<long>(easy_, CURLINFO_HTTP_CONNECTCODE);
  end.limit = limit_;
  end.blocked = blocked_;
  end.remote = exchange.remote_address;
  end.detail = error_.data();
  if (exchange.tls) end.certificate = describe_leaf(*exchange.tls);
  end.waited = exchange.phases.total();
  return end;
}

Status CurlEasy::finish(TransferCode code, Exchange& exchange) {
  const int status = static_cast<int>(info_of<long>(easy_, CURLINFO_RESPONSE_CODE));
  const bool is_final = status >= kFirstFinalStatus || status == kSwitchingProtocols;
  exchange.status = is_final ? status : 0;
  if (is_final) exchange.http_version = version_text(info_of<long>(easy_, CURLINFO_HTTP_VERSION));
  if (is_final) exchange.headers = std::move(headers_);
  exchange.body = std::move(body_);
  exchange.header_bytes = header_bytes_;
  exchange.body_bytes = static_cast<std::uint64_t>(
      std::max<curl_off_t>(0, info_of<curl_off_t>(easy_, CURLINFO_SIZE_DOWNLOAD_T)));
  exchange.request_written = info_of<long>(easy_, CURLINFO_REQUEST_SIZE) > 0;
  exchange.remote_address = remote_address();
  exchange.phases = phases(exchange.phases.dns);
  if (tls_ && tls_->started_at()) exchange.tls = tls_->facts();
  auto judged = judge(end_of(code, exchange));
  if (!judged) return fail(judged.error());
  exchange.failure = std::move(*judged);
  if (!exchange.failure && !is_final)
    exchange.failure = Failure{
        FailureKind::http_protocol, "the status " + std::to_string(status) + " is none", {}};
  const bool wants_h2 = context_.request.http_version == HttpVersion::http2;
  if (!exchange.failure && wants_h2 && exchange.http_version != "2")
    exchange.failure = Failure{FailureKind::http_protocol, "the server does not offer HTTP/2", {}};
  return {};
}

}  // namespace picket::http
