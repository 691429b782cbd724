#include "controller/deliver/route.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/core/digest.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::string_view kKinds[] = {"pagerduty",    "webhook", "slack",
                                       "alertmanager", "email",   "dead_man"};

std::string_view name_of(ReceiverKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<ReceiverKind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i)
    if (kKinds[i] == name) return static_cast<ReceiverKind>(i);
  return std::nullopt;
}

bool is_secret_the_recipient(ReceiverKind kind) {
  return kind != ReceiverKind::alertmanager && kind != ReceiverKind::email;
}

// Of those whose present settings are always the right ones, as long as their kind is the same.
std::string name_credential(ReceiverKind kind, const std::string& name) {
  return credential_of(std::string{name_of(kind)} + " " + name);
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::string credential_of(std::string_view secret) {
  return secret.empty() ? std::string{} : sha256_hex(secret).substr(0, 16);
}

Route make_route(const Receiver& receiver) {
  const std::string credential = is_secret_the_recipient(receiver.kind)
                                     ? credential_of(receiver.secret)
                                     : name_credential(receiver.kind, receiver.name);
  return {receiver.name, receiver.kind, receiver.url, credential, receiver.fallback};
}

std::string render_route(const Route& route) {
  const json object{
      {"receiver", route.receiver},     {"kind", name_of(route.kind)}, {"url", route.url},
      {"credential", route.credential}, {"fallback", route.fallback},
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
  const auto kind = kind_of(text_of(object, "kind"));
  if (!kind) return fail(ErrorCode::corrupt, "a page's route has an unknown kind");
  route.kind = *kind;
  if (route.receiver.empty() || route.url.empty())
    return fail(ErrorCode::corrupt, "a page's route lacks its receiver or URL");
  // Rows of earlier versions have a digest of the name alone.
  if (!is_secret_the_recipient(route.kind) &&
      route.credential == credential_of("receiver " + route.receiver))
    route.credential = name_credential(route.kind, route.receiver);
  return route;
}

}  // namespace picket::controller
