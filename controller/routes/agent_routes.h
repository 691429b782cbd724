// The agents' side of the controller: enrolment, renewal, results, polls (proto/picket/v1/
// agent.proto). A Handler for the mTLS listener and for the simulated network. Identity and
// region come from the certificate, never from the message.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/core/random.h"
#include "controller/ingest/spool_cursors.h"
#include "controller/registry/certificate_authority.h"
#include "controller/registry/registry.h"
#include "controller/routes/test_routes.h"
#include "controller/server/handler.h"
#include "controller/turn/dispatch.h"
#include "controller/turn/turn.h"

namespace picket::controller {

struct IngestCounters {
  std::uint64_t batches{0};
  std::uint64_t records{0};
  std::uint64_t duplicates{0};
  std::uint64_t superseded{0};
  std::uint64_t late{0};
  std::uint64_t lost{0};     // declared by gap records
  std::uint64_t refused{0};  // records that break the contract: skipped and logged
};

class AgentRoutes {
 public:
  struct Ports {
    async::Clock& clock;
    Turn& turn;
    Dispatch& dispatch;
    Registry& registry;
    CertificateAuthority& authority;
    TestRoutes& tests;
  };
  AgentRoutes(Ports ports, SpoolCursors cursors) : ports_(ports), cursors_(std::move(cursors)) {}

  async::Task<ServerResponse> handle(ServerRequest request);

  const IngestCounters& counters() const { return counters_; }

  // An agent came with a valid certificate; `sent` by its own clock, where the message says it.
  std::function<void(const ServerRequest& request, std::optional<WallTime> sent)> on_contact;

 private:
  async::Task<ServerResponse> enroll(ServerRequest request);
  async::Task<ServerResponse> renew(ServerRequest request);
  async::Task<ServerResponse> results(ServerRequest request);
  async::Task<ServerResponse> poll(ServerRequest request);
  async::Task<ServerResponse> test_results(ServerRequest request);
  Status authorize(const ServerRequest& request);
  Status take(const v1::SpoolBatch& batch, const AgentId& agent);
  void take_record(const v1::Record& record, const AgentId& agent);
  Status take_run(const v1::RunResult& message, const AgentId& agent);
  async::Task<Status> settle();

  Ports ports_;
  SpoolCursors cursors_;
  IngestCounters counters_;
};

}  // namespace picket::controller
