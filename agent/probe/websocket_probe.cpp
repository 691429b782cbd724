#include "agent/probe/websocket_probe.h"

#include <algorithm>

#include "agent/probe/endpoint_hop.h"
#include "common/core/text.h"
#include "common/http/url.h"
#include "common/model/pattern.h"

namespace picket::agent {
namespace {

constexpr Nanos kCloseAtMost = Seconds{1};
constexpr std::size_t kMessagesKept = 64;
constexpr std::size_t kBytesKept = 4 * 1024 * 1024;  // of them together, but for the first
constexpr std::size_t kShownMax = 160;

std::string shown(std::string_view text) {
  return "`" + cut_utf8(clean_line(text), kShownMax) + "`";
}

// http for ws and https for wss: they share the rest of their syntax (RFC 6455, 3).
Result<http::Url> parse(const std::string& url) {
  if (url.starts_with("wss://")) return http::parse_url("https" + url.substr(3));
  if (url.starts_with("ws://")) return http::parse_url("http" + url.substr(2));
  return fail(ErrorCode::invalid_argument, "the scheme is neither ws nor wss");
}

// One conversation; the coroutine run_websocket owns it.
class WebSocketProbe {
 public:
  WebSocketProbe(WebSocketAction action, const ProbeContext& context)
      : action_(std::move(action)), context_(context) {}

  async::Task<Result<ProbeOutcome>> run();

 private:
  async::Task<Status> connect(const http::Url& url);
  async::Task<Status> shake_hands(const http::Url& url);
  async::Task<Status> talk();
  async::Task<Status> read_one(std::string wanted);
  async::Task<Status> close();
  WebSocketRequest request_for(const http::Url& url) const;

  http::Exchange& exchange() { return hop_.exchange; }
  MonoTime now() const { return context_.ports.clock.now(); }

  WebSocketAction action_;
  const ProbeContext& context_;
  Hop hop_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<WebSocket> socket_;  // after the connection: it is closed first
  std::size_t failed_addresses_{0};
  std::vector<Value> messages_;
  std::size_t kept_bytes_{0};
  std::string subprotocol_;
  int close_code_{0};
  bool closed_{false};
};

async::Task<Status> WebSocketProbe::connect(const http::Url& url) {
  EndpointOptions options{.protocol = "WS"};
  Endpoint endpoint{.target = render(HostPort{url.host, url.port}),
                    .address = action_.address,
                    .ip_version = action_.ip_version};
  auto opened = co_await open_endpoint(std::move(endpoint), std::move(options), context_);
  if (!opened) co_return fail(opened.error());
  hop_ = std::move(opened->hop);
  hop_.request.url = action_.url;
  hop_.request.headers = action_.headers;
  hop_.command = "websocat " + shell_word(action_.url);
  connection_ = std::move(opened->connection);
  failed_addresses_ = opened->failed.size();
  if (!connection_ || url.scheme != "https") co_return Status{};
  TlsSettings settings = settings_of(action_.client, opened->at);
  settings.alpn = {"http/1.1"};
  auto report = co_await connection_->start_tls(std::move(settings), context_.deadline);
  if (!report) co_return fail(report.error());
  take_report(*report, hop_);
  co_return Status{};
}

WebSocketRequest WebSocketProbe::request_for(const http::Url& url) const {
  WebSocketRequest request;
  request.host = http::authority(url);
  request.target = url.path + (url.query.empty() ? "" : "?" + url.query);
  request.headers = action_.headers;
  if (!http::find_header(request.headers, "user-agent"))
    request.headers.emplace_back("User-Agent", context_.attempt.user_agent);
  request.subprotocols = action_.subprotocols;
  request.message_bytes_max = action_.message_bytes_max;
  return request;
}

async::Task<Status> WebSocketProbe::shake_hands(const http::Url& url) {
  const MonoTime start = now();
  WebSocketRequest request = request_for(url);
  auto answer = co_await connection_->open_websocket(std::move(request), context_.deadline);
  if (!answer) co_return fail(answer.error());
  exchange().phases.wait = now() - start;
  exchange().request_written = true;
  exchange().status = answer->status;
  exchange().http_version = answer->status == 0 ? "" : "1.1";
  exchange().headers = std::move(answer->headers);
  exchange().body = std::move(answer->body);
  exchange().failure = std::move(answer->failure);
  subprotocol_ = std::move(answer->subprotocol);
  socket_ = std::move(answer->socket);
  const bool refused =
      exchange().failure && exchange().failure->kind == FailureKind::websocket_handshake;
  if (refused && action_.may_refuse && exchange().status != 0) exchange().failure.reset();
  co_return Status{};
}

async::Task<Status> WebSocketProbe::read_one(std::string wanted) {
  auto message = co_await socket_->read(context_.deadline);
  if (!message) co_return fail(message.error());
  exchange().failure = std::move(message->failure);
  if (exchange().failure && exchange().failure->kind == FailureKind::timeout)
    exchange().failure->message += ": wanted " + wanted;
  if (message->closed) {
    closed_ = true;
    close_code_ = message->close_code;
    std::string text = std::string(summary_of(FailureKind::websocket_closed)) + " with " +
                       std::to_string(close_code_);
    if (!message->close_reason.empty()) text += " (" + message->close_reason + ")";
    exchange().failure = Failure{FailureKind::websocket_closed, text + ": wanted " + wanted, {}};
  }
  if (exchange().failure) co_return Status{};
  exchange().body_bytes += message->bytes.size();
  exchange().body = std::move(message->bytes);
  kept_bytes_ += exchange().body.size();
  const bool fits = messages_.size() < kMessagesKept && kept_bytes_ <= kBytesKept;
  if (fits || messages_.empty()) messages_.emplace_back(exchange().body);
  co_return Status{};
}

async::Task<Status> WebSocketProbe::talk() {
  Status done;
  for (const DialogueTurn& turn : action_.dialogue) {
    const Pattern wanted(turn.expect);
    bool is_there = turn.expect.empty();
    while (!is_there && done && !exchange().failure) {
      done = co_await read_one("a match of " + shown(turn.expect));
      is_there = !exchange().failure && wanted.found_in(exchange().body);
    }
    if (!done || exchange().failure) co_return done;
    if (turn.send.empty()) continue;
    auto written = co_await socket_->write(turn.send, context_.deadline);
    if (!written) co_return fail(written.error());
    exchange().failure = std::move(*written);
    if (exchange().failure) co_return Status{};
  }
  for (int i = 0; i < action_.receive && done && !exchange().failure; ++i)
    done = co_await read_one("message " + std::to_string(i + 1) + " of " +
                             std::to_string(action_.receive));
  co_return done;
}

// Whoever has closed first: a code is a fact.
async::Task<Status> WebSocketProbe::close() {
  if (closed_ || exchange().failure) co_return Status{};
  auto code = co_await socket_->close(context_.deadline.shorten(now(), kCloseAtMost));
  if (!code) co_return fail(code.error());
  close_code_ = *code;
  co_return Status{};
}

async::Task<Result<ProbeOutcome>> WebSocketProbe::run() {
  ProbeOutcome outcome;
  const auto url = parse(action_.url);
  if (!url) {
    outcome.failure = Failure{FailureKind::invalid_request, "url: " + url.error().message, {}};
    co_return outcome;
  }
  Status done = co_await connect(*url);
  if (done && !exchange().failure) done = co_await shake_hands(*url);
  if (done && socket_) {
    const MonoTime start = now();
    done = co_await talk();
    if (done) done = co_await close();
    exchange().phases.transfer = now() - start;
  }
  if (!done) co_return fail(done.error());
  finish(hop_);
  Facts& facts = outcome.facts;
  facts["messages"] = Found::list(std::move(messages_));
  facts["failed_addresses"] = Found::scalar(static_cast<std::int64_t>(failed_addresses_));
  if (!subprotocol_.empty()) facts["subprotocol"] = Found::scalar(subprotocol_);
  if (close_code_ != 0) facts["close_code"] = Found::scalar(std::int64_t{close_code_});
  outcome.failure = exchange().failure;
  outcome.hops.push_back(std::move(hop_));
  co_return outcome;
}

}  // namespace

async::Task<Result<ProbeOutcome>> run_websocket(WebSocketAction action,
                                                const ProbeContext& context) {
  WebSocketProbe probe(std::move(action), context);
  co_return co_await probe.run();
}

}  // namespace picket::agent
