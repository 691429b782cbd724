#include "controller/remote_write/remote_writer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/core/hex.h"
#include "common/core/log.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

constexpr Millis kTimeout{30'000};
constexpr Millis kWishMax = minutes{5};
constexpr BackoffOptions kBackoff{Millis{1'000}, Millis{60'000}};
constexpr int kTooMany = 429;

// Retry-After in seconds; as a date it is not heeded.
Millis wish_of(const http::Exchange& exchange) {
  const std::string text = http::find_header(exchange.headers, "retry-after").value_or("");
  std::uint32_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
    return Millis{0};
  return std::min<Millis>(Seconds{seconds}, kWishMax);
}

std::string reason_of(const http::Exchange& exchange) {
  if (exchange.failure) return exchange.failure->message;
  return "status " + std::to_string(exchange.status) + ": " +
         clean_line(cut_utf8(exchange.body, 200));
}

}  // namespace

RemoteWriter::RemoteWriter(Ports ports, RemoteWriteSettings settings, Random random)
    : ports_(ports),
      settings_(std::move(settings)),
      backoff_(kBackoff, random),
      waiting_(ports_.executor) {}

async::Task<void> RemoteWriter::collect_all() {
  if (!configured()) co_return;
  MonoTime due = ports_.clock.now();
  while (true) {
    due = due + settings_.interval;
    co_await ports_.clock.sleep_until(due);
    co_await collect();
    if (due < ports_.clock.now()) due = ports_.clock.now();  // slow: intervals are left out
  }
}

async::Task<void> RemoteWriter::collect() {
  const WallTime at = ports_.clock.wall_now();
  std::string text = co_await read();
  text += "# TYPE up gauge\nup 1\n";
  const auto encode = [&] { return encode_text(text, at, settings_.labels, series_); };
  EncodedText encoded = co_await async::offload(ports_.pool, encode);
  series_ = std::move(encoded.series);
  counters_.unreadable += encoded.unreadable;
  for (WriteRequest& request : encoded.requests) queue_.push(std::move(request));
  waiting_.notify_all();
}

async::Task<void> RemoteWriter::send_all() {
  if (!configured()) co_return;
  while (true) {
    auto request = queue_.take();
    if (request)
      co_await send(std::move(*request));
    else
      co_await waiting_.wait();
  }
}

// Until the receiver has judged it; newer ones wait meanwhile, for samples go in order.
async::Task<void> RemoteWriter::send(WriteRequest request) {
  while (true) {
    Millis wish{0};
    const Answer answer = co_await attempt(request, wish);
    if (answer != Answer::again) break;
    ++counters_.retries;
    co_await ports_.clock.sleep_for(std::max(backoff_.next(), wish));
  }
  backoff_.reset();
}

// 2xx takes it, 5xx and 429 ask for another try, all else refuses it for good.
async::Task<RemoteWriter::Answer> RemoteWriter::attempt(const WriteRequest& request, Millis& wait) {
  http::Request asked = request_of(request);
  const auto exchange = co_await ports_.http.exchange(std::move(asked));
  if (!exchange) {
    note(Answer::again, request, exchange.error().message);
    co_return Answer::again;
  }
  Answer answer = Answer::refused;
  if (exchange->failure || exchange->status >= 500 || exchange->status == kTooMany)
    answer = Answer::again;
  else if (exchange->status >= 200 && exchange->status < 300)
    answer = Answer::taken;
  wait = wish_of(*exchange);
  note(answer, request, reason_of(*exchange));
  co_return answer;
}

http::Request RemoteWriter::request_of(const WriteRequest& request) const {
  http::Request asked;
  asked.method = "POST";
  asked.url = settings_.url;
  asked.body = request.body;
  asked.headers = {{"Content-Type", "application/x-protobuf"},
                   {"Content-Encoding", "snappy"},
                   {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
  if (!settings_.bearer_token.empty())
    asked.headers.emplace_back("Authorization", "Bearer " + settings_.bearer_token);
  else if (!settings_.username.empty())
    asked.headers.emplace_back("Authorization",
                               "Basic " + to_base64(settings_.username + ":" + settings_.password));
  asked.timeout = kTimeout;
  asked.reuse_connection = true;
  asked.body_bytes_max = 64 * 1024;
  asked.tls.ca_file = settings_.ca_file;
  return asked;
}

// Says so when the receiver begins to fail or to take again, and not each time.
void RemoteWriter::note(Answer answer, const WriteRequest& request, const std::string& why) {
  const bool up = answer == Answer::taken;
  const bool first = counters_.sent + counters_.failed + counters_.retries == 0;
  if (up) counters_.sent += request.samples;
  if (answer == Answer::refused) counters_.failed += request.samples;
  if (up == counters_.up && !(first && !up)) return;
  counters_.up = up;
  if (up)
    log::info("remote write is taken", {});
  else
    log::write(log::Level::error, "remote write is not taken", {{"error", why}});
}

}  // namespace picket::controller
