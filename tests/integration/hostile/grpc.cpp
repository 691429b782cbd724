// Health services that answer what is no gRPC.
#include "tests/integration/hostile/behaviour.h"
#include "tests/integration/hostile/http2_frames.h"

namespace picket::test {
namespace {

using namespace h2;

HostileTarget row(const char* what, const char* kind, HostileServer::Behaviour behave) {
  return {"grpc", what, kind, [behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            GrpcAction action;
            action.address = "127.0.0.1:" + std::to_string(server->port());
            action.tls = false;
            scene.other = action;
            scene.servers = {server};
          }};
}

HostileServer::Behaviour says(std::string frames) {
  return [frames = std::move(frames)](RawConnection& peer) {
    peer.read_some();
    peer.send(kSettings + kSettingsAck + frames);
    peer.hold();
  };
}

std::string head(const std::string& more = {}, int flags = kEndHeaders) {
  return frame(headers, flags, 1, kStatus200 + field("content-type", "application/grpc") + more);
}

std::string message(const std::string& bytes) { return frame(data, 0, 1, bytes); }

const std::string kServing("\0\0\0\0\2\x08\1", 7);

}  // namespace

Targets hostile_grpc() {
  const std::string ok = frame(headers, kEndHeaders | kEndStream, 1, field("grpc-status", "0"));
  return {
      row("a good answer", "passes", says(head() + message(kServing) + ok)),
      row("silence", "timeout", says("")),
      row("a message and no trailers", "timeout", says(head() + message(kServing))),
      row("an end without a status", "grpc_protocol",
          says(head() + frame(data, kEndStream, 1, kServing))),
      row("a web page", "grpc_protocol",
          says(frame(headers, kEndHeaders, 1, kStatus200 + field("content-type", "text/html")) +
               frame(data, kEndStream, 1, "<html>"))),
      row("a status that is no number", "grpc_protocol",
          says(head() + message(kServing) +
               frame(headers, kEndHeaders | kEndStream, 1, field("grpc-status", "fine")))),
      row("a message longer than its body", "grpc_protocol",
          says(head() + message(std::string("\0\x7f\xff\xff\xff\x08\1", 7)) + ok)),
      row("a message that is compressed unasked", "grpc_protocol",
          says(head() + message(std::string("\1\0\0\0\2\x08\1", 7)) + ok)),
      row("a message that is no protobuf", "grpc_protocol",
          says(head() + message(std::string("\0\0\0\0\2\xff\xff", 7)) + ok)),
      row("messages without end", "body_too_large",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send(kSettings + kSettingsAck + head());
            while (peer.send(message(std::string(8'000, 'm')))) peer.discard();
          }),
      row("an error with 14 KB of headers", "grpc_status",
          says(frame(headers, kEndStream, 1,
                     kStatus200 + field("content-type", "application/grpc") +
                         field("grpc-status", "13")) +
               frame(continuation, kEndHeaders, 1,
                     [] {
                       std::string many;
                       for (int i = 0; i < 130; ++i) many += field("x-more", std::string(110, 'e'));
                       return many + field("grpc-message", "bad%0Aluck%00");
                     }()))),
  };
}

}  // namespace picket::test
