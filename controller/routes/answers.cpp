#include "controller/routes/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/core/text.h"
#include "controller/api/status_json.h"

namespace picket::controller {

ServerResponse json(std::string body, int status) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers.emplace_back("cache-control", "no-store");
  return response;
}

namespace {

constexpr std::size_t kLimitMax = 1000;

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found: return 404;
    case ErrorCode::unauthorized: return 401;
    case ErrorCode::conflict: return 409;
    case ErrorCode::invalid_argument:
    case ErrorCode::protocol: return 400;
    case ErrorCode::internal: return 500;
    default: return 503;
  }
}

}  // namespace

ServerResponse problem(const Error& error) {
  return json(render_error(error), status_of(error.code));
}

ServerResponse problem(ErrorCode code, std::string message, std::string hint) {
  return problem(Error{code, std::move(message), std::move(hint)});
}

ServerResponse text(int status, std::string body) {
  ServerResponse response;
  response.status = status;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(body);
  return response;
}

Error no_check(const std::string& name) {
  return {ErrorCode::not_found, "no check `" + clean_line(name) + "`", {}};
}

std::optional<std::string> match_path(std::string_view pattern, std::string_view path) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos)
    return pattern == path ? std::optional<std::string>{std::string{}} : std::nullopt;
  const auto before = pattern.substr(0, star);
  const auto after = pattern.substr(star + 1);
  if (path.size() <= before.size() + after.size() || path.substr(0, before.size()) != before ||
      path.substr(path.size() - after.size()) != after)
    return std::nullopt;
  const auto segment = path.substr(before.size(), path.size() - before.size() - after.size());
  if (segment.find('/') != std::string_view::npos) return std::nullopt;
  return std::string{segment};
}

ServerResponse answer(const Result<std::string>& body, int status) {
  return body ? json(*body, status) : problem(body.error());
}

std::size_t limit_of(const ServerRequest& request, std::size_t fallback) {
  const std::string text = request.query_value("limit").value_or("");
  const auto number = std::strtoull(text.c_str(), nullptr, 10);
  return number == 0 ? fallback : std::min<std::size_t>(number, kLimitMax);
}

Result<WallTime> time_of(const ServerRequest& request, const char* name,
                         std::optional<WallTime> usual) {
  constexpr const char* kExample = "from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z";
  const auto text = request.query_value(name);
  if (!text && usual) return *usual;
  if (!text)
    return fail(ErrorCode::invalid_argument, fmt::format("`{}` is missing", name), kExample);
  if (const auto time = parse_rfc3339(*text)) return *time;
  return fail(ErrorCode::invalid_argument, fmt::format("`{}` is no time of RFC 3339", name),
              kExample);
}

Status check_range(WallTime from, WallTime until) {
  if (from < until) return {};
  return fail(ErrorCode::invalid_argument, "the range is empty: `from` is not before `to`",
              "exchange them");
}

nlohmann::json parse_body(const ServerRequest& request) {
  if (request.body.empty()) return nlohmann::json::object();
  nlohmann::json body = nlohmann::json::parse(request.body, nullptr, false);
  return body.is_object() ? body : nlohmann::json::object();
}

std::string text_of(const nlohmann::json& body, const char* key) {
  return body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : "";
}

}  // namespace picket::controller
