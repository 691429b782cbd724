#include "agent/net/tcp_connection.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "agent/net/beast_websocket.h"
#include "agent/net/ocsp.h"
#include "agent/net/tls_handshake.h"
#include "common/async/with_deadline.h"

namespace picket::agent {
namespace {

constexpr std::size_t kChunkBytes = 16 * 1024;
constexpr Nanos kRefusalAtMost = Seconds{1};
constexpr Nanos kTicketLook = Millis{20};
constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);

using IoEnd = std::tuple<boost::system::error_code, std::size_t>;

async::Task<IoEnd> read_into(Stream& stream, std::string& buffer) {
  auto into = boost::asio::buffer(buffer);
  co_return co_await stream.async_read_some(into, kToken);
}

async::Task<IoEnd> write_all(Stream& stream, const std::string& bytes) {
  auto from = boost::asio::buffer(bytes);
  co_return co_await boost::asio::async_write(stream, from, kToken);
}

async::Task<boost::system::error_code> shake_hands(Stream::Tls& tls) {
  const auto [error] = co_await tls.async_handshake(Stream::Tls::client, kToken);
  co_return error;
}

// The caller is being cancelled: no answer of ours.
void throw_if_aborted(const boost::system::error_code& error) {
  if (error == boost::asio::error::operation_aborted) throw boost::system::system_error(error);
}

}  // namespace

Status TcpConnection::take(const std::optional<IoEnd>& end, MonoTime start, Received& received) {
  if (!end) {
    received.failure = net_timeout(NetStage::exchange, clock_.now() - start, remote_);
    return {};
  }
  const boost::system::error_code error = std::get<0>(*end);
  if (!error) return {};
  throw_if_aborted(error);
  auto failure = net_failure(NetStage::exchange, error, remote_);
  if (!failure) return fail(failure.error());
  if (failure->kind == FailureKind::connection_closed)
    received.ended = true;
  else
    received.failure = std::move(*failure);
  return {};
}

async::Task<Result<Received>> TcpConnection::read_some(std::size_t bytes_max, Deadline deadline) {
  Received received;
  if (!unread_.empty()) {
    received.bytes = unread_.substr(0, bytes_max);
    unread_.erase(0, bytes_max);
    co_return received;
  }
  const MonoTime start = clock_.now();
  received.bytes.resize(std::min(bytes_max, kChunkBytes));
  std::optional<IoEnd> end;
  // Bytes that are there already would win against any deadline: looked at first.
  if (!deadline.passed(start))
    end = co_await async::with_deadline(clock_, deadline, read_into(stream_, received.bytes));
  received.bytes.resize(end ? std::get<1>(*end) : 0);
  if (auto taken = take(end, start, received); !taken) co_return fail(taken.error());
  co_return received;
}

async::Task<Result<Received>> TcpConnection::read_until(std::string delimiter,
                                                        std::size_t bytes_max, Deadline deadline) {
  Received all;
  for (;;) {
    const std::size_t at = all.bytes.find(delimiter);
    if (at != std::string::npos) {
      unread_.insert(0, all.bytes.substr(at + delimiter.size()));
      all.bytes.resize(at + delimiter.size());
      co_return all;
    }
    if (all.ended || all.failure) co_return all;
    if (all.bytes.size() >= bytes_max) {
      all.failure = Failure{
          FailureKind::body_too_large,
          "more than " + std::to_string(bytes_max) + " bytes came without what was waited for",
          {}};
      co_return all;
    }
    auto more = co_await read_some(bytes_max - all.bytes.size(), deadline);
    if (!more) co_return fail(more.error());
    all.bytes += more->bytes;
    all.ended = more->ended;
    all.failure = std::move(more->failure);
  }
}

async::Task<Result<std::optional<Failure>>> TcpConnection::write(std::string bytes,
                                                                 Deadline deadline) {
  Received end;
  const MonoTime start = clock_.now();
  const auto written = co_await async::with_deadline(clock_, deadline, write_all(stream_, bytes));
  if (auto taken = take(written, start, end); !taken) co_return fail(taken.error());
  if (end.ended) co_return net_closed(NetStage::exchange, remote_);
  co_return std::move(end.failure);
}

async::Task<Result<TlsReport>> TcpConnection::start_tls(TlsSettings settings, Deadline deadline) {
  TlsReport report;
  auto made = make_tls_context(settings, network_.certificates(), clock_);
  if (!made) co_return fail(made.error());
  report.failure = made->failure;
  // Whoever stands between might have put it there (CVE-2011-0411).
  if (!unread_.empty())
    report.failure = Failure{
        FailureKind::tls_handshake, "the peer said more before the TLS handshake began", {}};
  if (report.failure) co_return report;
  Stream::Tls& tls = stream_.start_tls(made->context);
  if (!prepare_tls(tls.native_handle(), settings))
    co_return fail(ErrorCode::resource_exhausted, "no memory for TLS");
  watch_messages(tls.native_handle(), heard_);
  const MonoTime start = clock_.now();
  const auto end = co_await async::with_deadline(clock_, deadline, shake_hands(tls));
  report.took = clock_.now() - start;
  if (!end) report.failure = net_timeout(NetStage::tls, report.took, remote_);
  if (end && *end) {
    throw_if_aborted(*end);
    auto failure = net_failure(NetStage::tls, *end, remote_);
    if (!failure) co_return fail(failure.error());
    report.failure = std::move(*failure);
  }
  report.done = end && !*end;
  fill_tls_report(report, tls.native_handle(), *made->inspection, settings);
  settings_ = std::move(settings);
  chain_der_ = report.chain_der;
  if (report.done && settings_.ask_ocsp) {
    auto trusted = find_trusted(settings_, network_.certificates());
    if (!trusted) co_return fail(trusted.error());
    const std::string issuer = issuer_of(chain_der_, *trusted);
    report.ocsp_url = chain_der_.empty() ? "" : ocsp_url(chain_der_.front());
    if (!issuer.empty()) report.ocsp_request = make_ocsp_request(chain_der_.front(), issuer);
  }
  co_return report;
}

async::Task<Result<std::optional<Failure>>> TcpConnection::hear_refusal(Deadline deadline) {
  Stream::Tls* tls = stream_.tls();
  const bool may_refuse = tls != nullptr && heard_.asks_certificate &&
                          SSL_version(tls->native_handle()) == TLS1_3_VERSION;
  const Deadline until = deadline.shorten(clock_.now(), kRefusalAtMost);
  std::string bytes;
  bool is_over = !may_refuse;
  // A ticket ends no read: looked for every so often.
  while (!is_over && !heard_.has_ticket && !until.passed(clock_.now())) {
    auto more = co_await read_some(kChunkBytes, until.shorten(clock_.now(), kTicketLook));
    if (!more) co_return fail(more.error());
    bytes = std::move(more->bytes);
    const bool is_silent = more->failure && more->failure->kind == FailureKind::timeout;
    is_over = !bytes.empty() || more->ended || (more->failure && !is_silent) || heard_.alert != 0;
  }
  unread_ = std::move(bytes) + unread_;
  if (!may_refuse || heard_.alert == 0) co_return std::optional<Failure>{};
  auto failure = net_failure(NetStage::tls, alert_error(heard_.alert), remote_);
  if (!failure) co_return fail(failure.error());
  co_return std::move(*failure);
}

std::string TcpConnection::judge_ocsp(const std::string& response) {
  auto trusted = find_trusted(settings_, network_.certificates());
  return trusted ? agent::judge_ocsp(response, chain_der_, *trusted) : "invalid";
}

async::Task<Result<WebSocketAnswer>> TcpConnection::open_websocket(WebSocketRequest request,
                                                                   Deadline deadline) {
  return open_beast_websocket(stream_, remote_, clock_, std::move(request), deadline);
}

}  // namespace picket::agent
