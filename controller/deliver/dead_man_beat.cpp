#include "controller/deliver/dead_man_beat.h"

#include <utility>

#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"
#include "controller/deliver/route.h"

namespace picket::controller {

OutboxRow make_beat(const Receiver& receiver, std::string payload_json, WallTime now) {
  OutboxRow row;
  row.id = kBeatId;
  row.receiver = receiver.name;
  row.route_json = render_route(receiver);
  row.payload_json = std::move(payload_json);
  row.key = DedupKey{std::string{kBeatKey}};
  row.severity = Severity::critical;  // a storm of pages must not hold it up
  row.due = now;
  row.next_attempt = now;
  return row;
}

http::Request make_beat_request(const OutboxRow& row, const Receiver& receiver) {
  http::Request request = channel_request(receiver);
  request.url = receiver.secret;
  if (!receiver.method.empty()) request.method = receiver.method;
  if (request.method != "POST") return request;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = row.payload_json;
  return request;
}

SendResult classify_beat(const http::Exchange& exchange, const Receiver& receiver) {
  if (auto failed = classify_failure(exchange, receiver.secret)) return std::move(*failed);
  SendResult result;
  result.kind = SendClass::accepted;
  return result;
}

}  // namespace picket::controller
