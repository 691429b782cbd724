#include <cmath>

#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {
namespace {

constexpr std::size_t kTurnsMax = 256;
constexpr std::uint64_t kReceiveBytesMax = 1024ULL * 1024 * 1024;
constexpr std::int64_t kTenths = 10;

std::string read_text(Fields& fields, const std::string& text) { return fields.text("", text); }

DialogueTurn read_turn(Fields& fields, const v1::DialogueTurn& message) {
  return {fields.text("expect", message.expect()), fields.text("send", message.send())};
}

void put_turns(const std::vector<DialogueTurn>& turns,
               google::protobuf::RepeatedPtrField<v1::DialogueTurn>* out) {
  for (const DialogueTurn& turn : turns) {
    v1::DialogueTurn& one = *out->Add();
    one.set_expect(turn.expect);
    one.set_send(turn.send);
  }
}

void put(const Endpoint& endpoint, v1::Endpoint& out) {
  out.set_target(endpoint.target);
  out.set_address(endpoint.address);
  out.set_ip_version(endpoint.ip_version);
}

Endpoint read(Fields& fields, const v1::Endpoint& message) {
  Fields::Part part(fields, "endpoint");
  Endpoint out;
  out.target = fields.name("target", message.target());
  out.address = fields.text("address", message.address());
  out.ip_version = read_one_of(fields, "ip_version", message.ip_version(), {"any", "4", "6"});
  return out;
}

void put(const TlsClient& client, v1::TlsClient& out) {
  out.set_server_name(client.server_name);
  for (const std::string& one : client.alpn) out.add_alpn(one);
  out.set_min_version_tenths(static_cast<std::int32_t>(std::lround(client.min_version * 10)));
  out.set_client_certificate(client.client_certificate);
  out.set_ca(client.ca);
  out.set_insecure(client.insecure);
}

TlsClient read(Fields& fields, const v1::TlsClient& message) {
  Fields::Part part(fields, "client");
  TlsClient out;
  out.server_name = fields.text("server_name", message.server_name());
  out.alpn = fields.list("alpn", message.alpn(), kListMax, read_text);
  const auto tenths = fields.number("min_version_tenths", message.min_version_tenths(), 10, 13);
  out.min_version = static_cast<double>(tenths) / static_cast<double>(kTenths);
  out.client_certificate = fields.text("client_certificate", message.client_certificate());
  out.ca = fields.text("ca", message.ca(), kBodyMax);
  out.insecure = message.insecure();
  return out;
}

std::uint64_t read_limit(Fields& fields, std::string_view name, std::uint64_t bytes) {
  if (bytes > kReceiveBytesMax) fields.refuse(name, "more than 1 GiB");
  return bytes;
}

}  // namespace

void put(const TlsAction& action, v1::TlsAction& out) {
  put(action.endpoint, *out.mutable_endpoint());
  out.set_starttls(action.starttls);
  put(action.client, *out.mutable_client());
  out.set_verify_chain(action.verify_chain);
  out.set_verify_name(action.verify_name);
  out.set_verify_status(action.verify_status);
}

TlsAction read(Fields& fields, const v1::TlsAction& message) {
  TlsAction out;
  out.endpoint = read(fields, message.endpoint());
  out.starttls = read_one_of(fields, "starttls", message.starttls(),
                             {"none", "smtp", "imap", "pop3", "postgres", "ldap"});
  out.client = read(fields, message.client());
  out.verify_chain = message.verify_chain();
  out.verify_name = message.verify_name();
  out.verify_status = message.verify_status();
  return out;
}

void put(const TcpAction& action, v1::TcpAction& out) {
  put(action.endpoint, *out.mutable_endpoint());
  if (action.tls) put(*action.tls, *out.mutable_tls());
  put_turns(action.dialogue, out.mutable_dialogue());
  out.set_reading(static_cast<std::uint32_t>(action.reading));
  out.set_until(action.until);
  out.set_receive_bytes_max(action.receive_bytes_max);
}

TcpAction read(Fields& fields, const v1::TcpAction& message) {
  TcpAction out;
  out.endpoint = read(fields, message.endpoint());
  if (message.has_tls()) out.tls = read(fields, message.tls());
  out.dialogue = fields.list("dialogue", message.dialogue(), kTurnsMax, read_turn);
  out.reading = fields.enumerator("reading", message.reading(), Reading::all);
  out.until = fields.text("until", message.until());
  out.receive_bytes_max = read_limit(fields, "receive_bytes_max", message.receive_bytes_max());
  return out;
}

void put(const WebSocketAction& action, v1::WebSocketAction& out) {
  out.set_url(action.url);
  out.set_address(action.address);
  out.set_ip_version(action.ip_version);
  put(action.client, *out.mutable_client());
  put_pairs(action.headers, out.mutable_headers());
  for (const std::string& one : action.subprotocols) out.add_subprotocols(one);
  put_turns(action.dialogue, out.mutable_dialogue());
  out.set_receive(action.receive);
  out.set_message_bytes_max(action.message_bytes_max);
  out.set_may_refuse(action.may_refuse);
}

WebSocketAction read(Fields& fields, const v1::WebSocketAction& message) {
  WebSocketAction out;
  out.url = fields.text("url", message.url());
  if (out.url.empty()) fields.refuse("url", "missing");
  out.address = fields.text("address", message.address());
  out.ip_version = read_one_of(fields, "ip_version", message.ip_version(), {"any", "4", "6"});
  out.client = read(fields, message.client());
  out.headers = fields.list("headers", message.headers(), kListMax, read_pair);
  out.subprotocols = fields.list("subprotocols", message.subprotocols(), kListMax, read_text);
  out.dialogue = fields.list("dialogue", message.dialogue(), kTurnsMax, read_turn);
  out.receive = static_cast<int>(
      fields.number("receive", message.receive(), 0, WebSocketAction::kReceiveMax));
  out.message_bytes_max = read_limit(fields, "message_bytes_max", message.message_bytes_max());
  out.may_refuse = message.may_refuse();
  return out;
}

}  // namespace picket::wire
