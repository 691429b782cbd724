#include "cli/controller/api_client.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <sstream>

#include "common/async/task_group.h"
#include "common/core/text.h"
#include "common/http/curl_client.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDefaultUrl = "http://127.0.0.1:8080";

Result<std::string> read_token(const std::string& path) {
  if (path.empty()) return std::string{};
  std::ifstream in{path};
  std::stringstream text;
  text << in.rdbuf();
  if (!in)
    return fail(ErrorCode::io, fmt::format("cannot read the token file {}", path),
                "it is STATE_DIR/admin.token of the controller");
  return std::string{trim_ascii(text.str())};
}

async::Task<void> fetch(http::HttpClient& client, http::Request request,
                        std::optional<Result<http::Exchange>>& out) {
  out = co_await client.exchange(std::move(request));
}

Result<http::Exchange> exchange(http::Request request) {
  boost::asio::io_context context{1};
  async::RealClock clock{context.get_executor()};
  http::CurlClientOptions options;
  options.guard = http::AddressGuard::open();
  options.user_agent = "picket";
  auto client = http::create_curl_client(context.get_executor(), clock, std::move(options));
  if (!client) return fail(std::move(client.error()));
  std::optional<Result<http::Exchange>> out;
  async::TaskGroup tasks{context.get_executor()};
  tasks.spawn("request", fetch(**client, std::move(request), out));
  context.run();
  return std::move(*out);
}

Error error_of(const Json& document, int status) {
  const auto text = [&](const char* key) {
    const auto& error = document.contains("error") ? document["error"] : Json::object();
    return error.contains(key) && error[key].is_string() ? error[key].get<std::string>() : "";
  };
  Error error{ErrorCode::protocol, text("message"), text("hint")};
  if (error.message.empty()) error.message = fmt::format("the controller answered {}", status);
  if (status == 401) error.code = ErrorCode::unauthorized;
  if (status == 404) error.code = ErrorCode::not_found;
  if (status == 409) error.code = ErrorCode::conflict;
  if (status == 400) error.code = ErrorCode::invalid_argument;
  return error;
}

}  // namespace

Result<ApiClient> ApiClient::create(const ControllerAccess& access) {
  auto token = read_token(access.token_file);
  if (!token) return fail(std::move(token.error()));
  std::string url = access.url.empty() ? kDefaultUrl : access.url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return ApiClient{std::move(url), std::move(*token)};
}

Result<Json> ApiClient::get(const std::string& path) const { return request("GET", path, {}); }

Result<Json> ApiClient::post(const std::string& path, const Json& body) const {
  return request("POST", path, body.dump());
}

Result<Json> ApiClient::request(const std::string& method, const std::string& path,
                                const std::string& body) const {
  http::Request request;
  request.method = method;
  request.url = url_ + path;
  request.body = body;
  request.timeout = Seconds{30};
  request.body_bytes_max = 256ULL * 1024 * 1024;
  if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
  if (!token_.empty()) request.headers.emplace_back("authorization", "Bearer " + token_);
  const auto answer = exchange(std::move(request));
  if (!answer) return fail(answer.error());
  if (answer->failure)
    return fail(ErrorCode::unreachable,
                fmt::format("no controller at {}: {}", url_, answer->failure->message.empty()
                                                                 ? summary_of(answer->failure->kind)
                                                                 : answer->failure->message),
                "start it, or say where it is: --controller URL or PICKET_CONTROLLER");
  Json document = Json::parse(answer->body, nullptr, false);
  if (answer->status >= 300) return fail(error_of(document, answer->status));
  if (document.is_discarded() || !document.is_object())
    return fail(ErrorCode::protocol, fmt::format("{} does not answer as a controller does", url_),
                "is another program listening there?");
  return document;
}

int report(Session& session, const Error& error) {
  session.err << "picket: " << clean_line(error.message) << '\n';
  if (!error.hint.empty()) session.err << "  " << clean_line(error.hint) << '\n';
  const bool usage = error.code == ErrorCode::invalid_argument;
  return usage ? kBadUsage : kCouldNotRun;
}

std::string percent_encode(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace picket::cli
