#include "common/wire/actions.h"

namespace picket::wire {
namespace {

struct PutAction {
  v1::Step& out;
  void operator()(const HttpAction& action) const { put(action, *out.mutable_http()); }
  void operator()(const DnsAction& action) const { put(action, *out.mutable_dns()); }
  void operator()(const IcmpAction& action) const { put(action, *out.mutable_icmp()); }
  void operator()(const GrpcAction& action) const { put(action, *out.mutable_grpc()); }
  void operator()(const CdnAction& action) const { put(action, *out.mutable_cdn()); }
  void operator()(const PageAction& action) const { put(action, *out.mutable_page()); }
  void operator()(const TlsAction& action) const { put(action, *out.mutable_tls()); }
  void operator()(const TcpAction& action) const { put(action, *out.mutable_tcp()); }
  void operator()(const WebSocketAction& action) const { put(action, *out.mutable_websocket()); }
  void operator()(const WaitAction& action) const { out.set_wait_ms(action.span.count()); }
  void operator()(const OAuthAction& action) const { put(action, *out.mutable_oauth2()); }
};

template <class Message>
Action read_part(Fields& fields, std::string_view name, const Message& message) {
  Fields::Part part(fields, name);
  return read(fields, message);
}

}  // namespace

void put_action(const Action& action, v1::Step& out) { std::visit(PutAction{out}, action); }

Action read_action(Fields& fields, const v1::Step& message) {
  switch (message.action_case()) {
    case v1::Step::kHttp: return read_part(fields, "http", message.http());
    case v1::Step::kDns: return read_part(fields, "dns", message.dns());
    case v1::Step::kTls: return read_part(fields, "tls", message.tls());
    case v1::Step::kTcp: return read_part(fields, "tcp", message.tcp());
    case v1::Step::kWebsocket: return read_part(fields, "websocket", message.websocket());
    case v1::Step::kIcmp: return read_part(fields, "icmp", message.icmp());
    case v1::Step::kCdn: return read_part(fields, "cdn", message.cdn());
    case v1::Step::kGrpc: return read_part(fields, "grpc", message.grpc());
    case v1::Step::kPage: return read_part(fields, "page", message.page());
    case v1::Step::kWaitMs: return WaitAction{fields.millis("wait_ms", message.wait_ms())};
    case v1::Step::kOauth2: return read_part(fields, "oauth2", message.oauth2());
    case v1::Step::ACTION_NOT_SET: fields.refuse("action", "no action of a known kind");
  }
  return WaitAction{};
}

std::string read_one_of(Fields& fields, std::string_view field, const std::string& word,
                        std::initializer_list<std::string_view> words) {
  const auto known = [words](const std::string& text) -> std::optional<std::string> {
    for (const auto candidate : words)
      if (candidate == text) return text;
    return std::nullopt;
  };
  return fields.word(field, word, known);
}

}  // namespace picket::wire
