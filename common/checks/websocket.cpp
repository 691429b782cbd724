#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

// What is wrong with a ws or wss URL.
std::optional<std::string> websocket_url_error(std::string_view url) {
  if (url.starts_with("${{")) return std::nullopt;
  if (url.starts_with("wss://")) return url_error("https" + std::string{url.substr(3)});
  if (url.starts_with("ws://")) return url_error("http" + std::string{url.substr(2)});
  return "the scheme is neither ws nor wss";
}

void check_url(CheckContext& context, const Node& node, std::string_view url) {
  context.references.check(node);
  if (const auto wrong = websocket_url_error(url))
    context.report.add("E0111", node.at, fmt::format("not a URL: {}", *wrong)).help =
        "for example wss://shop.example.com/events";
}

// The handshake's own, or line breaks where none may be.
void check_headers(CheckContext& context, const Node& node) {
  for (const Entry& header : node.entries) {
    const std::string name = to_lower_ascii(header.key);
    if (!is_header_name(header.key))
      context.report.add("E0111", header.at,
                         fmt::format("`{}` is no name of a header", cut_utf8(header.key, 60)));
    else if (name.starts_with("sec-websocket-") || name == "upgrade" || name == "connection")
      context.report.add("E0111", header.at, fmt::format("`{}` is the handshake's own", name))
          .help = "subprotocols: [..] offers protocols";
    check_header_value(context.report, *header.value);
  }
}

}  // namespace

std::optional<WebSocketAction> decode_websocket(CheckContext& context, const Node& node) {
  WebSocketAction action;
  if (node.kind == NodeKind::scalar) {
    action.url = std::string{trim_ascii(node.text)};
    check_url(context, node, action.url);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "websocket", node, "a URL, or a map").help =
        "for example websocket: wss://shop.example.com/events";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("websocket"));
  const Entry* url = fields.require("url", "url: wss://shop.example.com/events");
  if (url != nullptr && fields.text("url", action.url)) check_url(context, *url->value, action.url);
  if (const Entry* headers = fields.find("headers")) {
    action.headers = decode_pairs(context, "headers", *headers->value);
    check_headers(context, *headers->value);
  }
  fields.texts("subprotocols", action.subprotocols);
  fields.each("subprotocols", [&](const Node& name) { context.references.check(name); });
  decode_way(context, fields, action.address, action.ip_version);
  decode_tls_client(context, fields, action.client);
  action.dialogue = decode_dialogue(context, fields);
  // An answer to what was said last is waited for.
  action.receive = action.dialogue.empty() || action.dialogue.back().send.empty() ? 0 : 1;
  fields.integer("receive", {0, WebSocketAction::kReceiveMax}, action.receive);
  fields.size("message_max", {1, 64ULL << 20}, action.message_bytes_max);
  return action;
}

}  // namespace picket::checks
