#include "controller/deliver/route.h"

#include <nlohmann/json.hpp>

#include "common/core/digest.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::string_view kPagerDuty = "pagerduty";
constexpr std::string_view kWebhook = "webhook";

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::string credential_of(std::string_view secret) {
  return secret.empty() ? std::string{} : sha256_hex(secret).substr(0, 16);
}

Route make_route(const Receiver& receiver) {
  return {receiver.name, receiver.kind, receiver.url, credential_of(receiver.secret),
          receiver.fallback};
}

std::string render_route(const Route& route) {
  const json object{
      {"receiver", route.receiver},
      {"kind", route.kind == ReceiverKind::webhook ? kWebhook : kPagerDuty},
      {"url", route.url},
      {"credential", route.credential},
      {"fallback", route.fallback},
  };
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Route> parse_route(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::corrupt, "a page's route is not a JSON object");
  Route route;
  route.receiver = text_of(object, "receiver");
  route.url = text_of(object, "url");
  route.credential = text_of(object, "credential");
  route.fallback = text_of(object, "fallback");
  const std::string kind = text_of(object, "kind");
  if (kind == kWebhook)
    route.kind = ReceiverKind::webhook;
  else if (kind != kPagerDuty)
    return fail(ErrorCode::corrupt, "a page's route has an unknown kind");
  if (route.receiver.empty() || route.url.empty())
    return fail(ErrorCode::corrupt, "a page's route lacks its receiver or URL");
  return route;
}

}  // namespace picket::controller
