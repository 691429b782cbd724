#include "cli/render/exchange_text.h"

#include <fmt/format.h>

#include <chrono>

#include "cli/render/http_words.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr std::size_t kBodyLinesMax = 12;
constexpr std::size_t kBodyColumnsMax = 400;
constexpr std::uint64_t kNeverCut = 2 * 1024;  // evidence keeps smaller bodies whole

class ExchangeText {
 public:
  ExchangeText(const RequestResult& request, WallTime started, const TextStyle& style)
      : request_(request), started_(started), style_(style) {}

  std::string render();

 private:
  void line(std::string_view mark, const std::string& text, std::string_view color = "") {
    const std::string whole = fmt::format("{}{}{}", mark, text.empty() ? "" : " ", text);
    out_ += "      " + (color.empty() ? whole : painted(whole, color, style_)) + '\n';
  }
  void add_request();
  void add_response();
  void add_body(std::string_view mark, const std::string& start, std::uint64_t bytes);
  void add_tls();
  void add_connection();

  const RequestResult& request_;
  WallTime started_;
  const TextStyle& style_;
  std::string out_;
};

void ExchangeText::add_body(std::string_view mark, const std::string& start, std::uint64_t bytes) {
  const std::string text{trim_ascii(start)};
  if (text.empty()) return;
  line(mark, "", "2");
  std::size_t shown = 0;
  bool cut = bytes > kNeverCut;
  for (const std::string& each : split(text, '\n')) {
    cut = cut || shown == kBodyLinesMax || code_points(each) > kBodyColumnsMax;
    if (shown++ == kBodyLinesMax) break;
    line(mark, shortened(clean_line(each), kBodyColumnsMax, style_.unicode), "2");
  }
  if (cut) line(mark, fmt::format("({} bytes in all)", bytes), "2");
}

void ExchangeText::add_request() {
  if (!request_.label.empty()) line("#", request_.label, "1");
  const std::string protocol = protocol_name(request_);
  line(
      ">",
      fmt::format("{} {}{}", request_.method, request_.url, protocol.empty() ? "" : " " + protocol),
      "1");
  if (!request_.evidence) return;
  for (const auto& [name, value] : request_.evidence->request_headers)
    line(">", fmt::format("{}: {}", name, value));
  add_body(">", request_.evidence->request_body_start, request_.evidence->request_body_bytes);
}

void ExchangeText::add_response() {
  const std::string protocol = protocol_name(request_);
  if (is_http(request_))
    line("<",
         request_.status == 0 ? "no response"
                              : fmt::format("{} {}", protocol, status_line(request_.status)),
         "1");
  if (!request_.evidence) return;
  for (const auto& [name, value] : request_.evidence->response_headers)
    line("<", fmt::format("{}: {}", name, value));
  add_body("<", request_.evidence->body_start,
           std::max(request_.evidence->body_decoded_bytes, request_.body_bytes));
}

void ExchangeText::add_tls() {
  if (!request_.tls) return;
  const TlsFacts& tls = *request_.tls;
  std::string facts = tls.version.empty() ? "no handshake" : tls.version + ", " + tls.cipher;
  if (!tls.chain.empty()) {
    const CertificateFacts& leaf = tls.chain.front();
    const auto days = std::chrono::duration_cast<std::chrono::hours>(leaf.not_after - started_);
    facts += fmt::format(", {}, {} {} ({} days)", leaf.subject,
                         leaf.not_after < started_ ? "expired" : "expires",
                         render_rfc3339(leaf.not_after).substr(0, 10), days.count() / 24);
  }
  if (!tls.verify_error.empty()) facts += ", " + tls.verify_error;
  line("*", facts);
}

void ExchangeText::add_connection() {
  std::string facts = request_.remote_address.empty() ? "not connected" : request_.remote_address;
  if (request_.evidence && !request_.evidence->resolved_addresses.empty()) {
    std::string list;
    for (const std::string& address : request_.evidence->resolved_addresses)
      list += (list.empty() ? "" : ", ") + address;
    facts += ", of " + list;
  }
  if (request_.evidence && !request_.evidence->dns_server.empty())
    facts += ", asked " + request_.evidence->dns_server;
  if (!request_.pop.empty()) facts += ", POP " + request_.pop;
  if (!request_.cache_status.empty()) facts += ", cache " + request_.cache_status;
  line("*", facts);
  line("*",
       fmt::format("{}, {} bytes", render_phases(request_.phases, style_), request_.body_bytes));
}

std::string ExchangeText::render() {
  add_request();
  add_response();
  add_connection();
  add_tls();
  if (request_.evidence)
    for (const std::string& hop : request_.evidence->route) line("* route", hop);
  if (request_.evidence && !request_.evidence->curl.empty())
    line("$", request_.evidence->curl, "2");
  return std::move(out_);
}

}  // namespace

std::string render_exchange(const RequestResult& request, WallTime started,
                            const TextStyle& style) {
  return ExchangeText{request, started, style}.render();
}

}  // namespace picket::cli
