#include "controller/routes/agent_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/core/text.h"
#include "common/wire/control_wire.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

constexpr std::size_t kVersionBytes = 64;
constexpr unsigned long long kHoldSecondsMost = 50;
constexpr Millis kCommitLimit{20'000};          // longest wait for a commit before 503
constexpr Millis kOldestRound = hours{24 * 8};  // the horizon of a spool, and a day
constexpr Millis kNewestRound = hours{1};       // of an agent that runs ahead of us

ServerResponse message_response(const google::protobuf::MessageLite& message, int status = 200) {
  ServerResponse response;
  response.status = status;
  response.content_type = "application/x-protobuf";
  response.body = wire::serialize(message);
  return response;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::join_token_refused:
    case ErrorCode::unauthorized: return 401;
    case ErrorCode::certificate_refused: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::sequence_gap:
    case ErrorCode::conflict: return 409;
    case ErrorCode::overloaded:
    case ErrorCode::timeout:
    case ErrorCode::disk_full:
    case ErrorCode::io: return 503;
    case ErrorCode::internal: return 500;
    default: return 400;
  }
}

ServerResponse error_response(const Error& error, std::uint64_t next_seq = 0, WallTime now = {}) {
  v1::ErrorBody body;
  body.set_code(std::string{to_string(error.code)});
  body.set_message(error.message);
  body.set_hint(error.hint);
  body.set_next_seq(next_seq);
  body.set_controller_unix_ms(now.unix_ms());
  ServerResponse response = message_response(body, status_of(error.code));
  if (response.status == 503) response.headers.emplace_back("retry-after", "5");
  return response;
}

// "0.1.0" of "User-Agent: picket/0.1.0", which agents send with every request.
std::string version_of(const ServerRequest& request) {
  constexpr std::string_view kProduct = "picket/";
  const std::string agent = request.header("user-agent").value_or("");
  return agent.starts_with(kProduct) ? clean_line(agent.substr(kProduct.size(), kVersionBytes))
                                     : std::string{};
}

Error unparsable() {
  return {ErrorCode::protocol, "the body is not the message of this route",
          "agent and controller may be one release apart, no more"};
}

std::vector<SequencedRecord> sequences_of(const v1::SpoolBatch& batch) {
  std::vector<SequencedRecord> sequences;
  for (const v1::Record& record : batch.records()) {
    SequencedRecord sequence{record.seq(), std::nullopt};
    if (record.has_gap()) sequence.gap_to = record.gap().to();
    sequences.push_back(sequence);
  }
  return sequences;
}

Status out_of_range(const RunKey& key) {
  return fail(ErrorCode::protocol,
              fmt::format("the round {} is out of range", render_rfc3339(key.round)));
}

ServerResponse identity_response(const IssuedCertificate& issued,
                                 const CertificateAuthority& authority, const AgentId& agent) {
  v1::EnrollResponse response;
  response.set_certificate_pem(issued.chain_pem);
  response.set_ca_pem(authority.ca_pem());
  response.set_region(agent.region.value);
  return message_response(response);
}

}  // namespace

async::Task<ServerResponse> AgentRoutes::handle(ServerRequest request) {
  struct Route {
    std::string_view method;
    std::string_view path;
    async::Task<ServerResponse> (AgentRoutes::*handler)(ServerRequest);
    bool certificate;
  };
  static constexpr Route kRoutes[] = {
      {"POST", "/agent/v1/enroll", &AgentRoutes::enroll, false},
      {"POST", "/agent/v1/renew", &AgentRoutes::renew, true},
      {"POST", "/agent/v1/results", &AgentRoutes::results, true},
      {"GET", "/agent/v1/poll", &AgentRoutes::poll, true},
      {"POST", "/agent/v1/test-results", &AgentRoutes::test_results, true},
  };
  for (const Route& route : kRoutes) {
    if (route.method != request.method || route.path != request.path) continue;
    if (route.certificate)
      if (const Status allowed = authorize(request); !allowed)
        co_return error_response(allowed.error(), 0, ports_.turn.now());
    co_return co_await (this->*route.handler)(std::move(request));
  }
  const Error missing{ErrorCode::not_found, "no such route for agents", {}};
  co_return error_response(missing);
}

Status AgentRoutes::authorize(const ServerRequest& request) {
  if (!request.peer)
    return fail(ErrorCode::certificate_refused, "no client certificate was presented",
                "enrol the agent with a join token");
  const Status allowed = ports_.registry.authorize(*request.peer, request.peer_serial);
  if (!allowed) return allowed;
  const AgentRow& known = ports_.registry.agents().at(*request.peer);
  const std::string version = version_of(request);
  const bool arrived =  // a renewal: the old certificate has served
      !known.previous_serial.empty() && known.certificate_serial == request.peer_serial;
  const bool upgraded = !version.empty() && version != known.version;
  if (!arrived && !upgraded) return {};
  AgentRow row = known;
  if (arrived) row.previous_serial.clear();
  if (upgraded) row.version = version;
  ports_.turn.staged().agents.push_back(row);
  ports_.registry.apply(row);
  return {};
}

// The commit of everything staged, or why it is not to be had in time.
async::Task<Status> AgentRoutes::settle() {
  async::Task<bool> committed = ports_.turn.durable();
  const Deadline deadline = Deadline::after(ports_.clock.now(), kCommitLimit);
  const auto done = co_await async::with_deadline(ports_.clock, deadline, std::move(committed));
  if (done) co_return Status{};
  Error why{ErrorCode::timeout, "the commit takes too long", "send again"};
  if (ports_.turn.trouble()) why = *ports_.turn.trouble();
  co_return fail(std::move(why));
}

async::Task<ServerResponse> AgentRoutes::enroll(ServerRequest request) {
  v1::EnrollRequest message;
  if (!message.ParseFromString(request.body)) co_return error_response(unparsable());
  const WallTime now = ports_.turn.now();
  auto admission = ports_.registry.admit(message.join_token(), message.agent_name(), now);
  if (!admission) {
    log::write(log::Level::warn, "enrolment refused",
               {{"from", request.remote_address}, {"why", admission.error().message}});
    co_return error_response(admission.error());
  }
  // Machines judge it by their own clocks, which the turn may be ahead of.
  const auto issued =
      ports_.authority.issue_agent(message.csr_pem(), admission->agent, ports_.clock.wall_now());
  if (!issued) co_return error_response(issued.error());

  AgentRow row;
  row.id = admission->agent;
  row.certificate_serial = issued->serial;
  row.enrolled = now;
  row.last_seen = now;
  row.version = message.agent_version().substr(0, kVersionBytes);
  ports_.registry.apply(admission->token);
  ports_.registry.apply(row);
  ports_.turn.staged().join_tokens.push_back(admission->token);
  ports_.turn.staged().agents.push_back(row);
  ports_.dispatch.add_agent(row.id);
  if (const Status settled = co_await settle(); !settled) co_return error_response(settled.error());

  log::info("agent enrolled", {{"agent", render(row.id)}, {"from", request.remote_address}});
  co_return identity_response(*issued, ports_.authority, row.id);
}

async::Task<ServerResponse> AgentRoutes::renew(ServerRequest request) {
  v1::RenewRequest message;
  if (!message.ParseFromString(request.body)) co_return error_response(unparsable());
  const auto issued =
      ports_.authority.issue_agent(message.csr_pem(), *request.peer, ports_.clock.wall_now());
  if (!issued) co_return error_response(issued.error());
  const AgentRow row = ports_.registry.renewed(*request.peer, request.peer_serial, issued->serial);
  ports_.registry.apply(row);
  ports_.turn.staged().agents.push_back(row);
  if (const Status settled = co_await settle(); !settled) co_return error_response(settled.error());
  co_return identity_response(*issued, ports_.authority, row.id);
}

async::Task<ServerResponse> AgentRoutes::results(ServerRequest request) {
  v1::ResultsRequest message;
  if (!message.ParseFromString(request.body)) co_return error_response(unparsable());
  if (ports_.turn.overloaded()) {
    const Error full{ErrorCode::overloaded, "too many results wait to be stored", "send later"};
    co_return error_response(full);
  }
  ports_.dispatch.seen(*request.peer);
  ports_.registry.seen(*request.peer, ports_.turn.now());
  if (on_contact && message.sent_unix_ms() != 0)
    on_contact(request, WallTime::from_unix_ms(message.sent_unix_ms()));
  ++counters_.batches;
  v1::ResultsResponse response;
  for (const v1::SpoolBatch& batch : message.spools()) {
    const SpoolId spool{batch.spool_id()};
    if (const Status taken = take(batch, *request.peer); !taken)
      co_return error_response(taken.error(), cursors_.next_seq(spool));
    v1::SpoolCursor& cursor = *response.add_cursors();
    cursor.set_spool_id(spool.value);
    cursor.set_next_seq(cursors_.next_seq(spool));
  }
  if (const Status settled = co_await settle(); !settled) co_return error_response(settled.error());
  response.set_controller_unix_ms(ports_.turn.now().unix_ms());
  co_return message_response(response);
}

Status AgentRoutes::take(const v1::SpoolBatch& batch, const AgentId& agent) {
  const SpoolId spool{batch.spool_id()};
  if (spool.value.size() != 32)
    return fail(ErrorCode::protocol, "spool_id: 32 hex digits are expected");
  const auto admitted = cursors_.admit(spool, agent, sequences_of(batch), ports_.turn.now());
  if (!admitted) return fail(admitted.error());
  counters_.duplicates += admitted->first_new;
  counters_.lost += admitted->lost;
  if (admitted->lost != 0)
    log::write(log::Level::error, "results were lost on an agent",
               {{"agent", render(agent)}, {"records", static_cast<std::int64_t>(admitted->lost)}});
  for (int i = static_cast<int>(admitted->first_new); i < batch.records_size(); ++i)
    take_record(batch.records(i), agent);
  ports_.turn.staged().cursors.push_back(*cursors_.row(spool));
  return {};
}

// A record that breaks the contract must not block what is behind it: it is counted and skipped.
void AgentRoutes::take_record(const v1::Record& record, const AgentId& agent) {
  ++counters_.records;
  Status status;
  if (record.has_run()) {
    status = take_run(record.run(), agent);
  } else if (record.has_attempt_failed()) {
    auto attempt = wire::decode(record.attempt_failed(), agent.region);
    if (attempt && ports_.turn.is_ahead(attempt->key))
      status = out_of_range(attempt->key);
    else if (attempt)
      ports_.turn.record(AttemptFailedReceived{std::move(*attempt), agent.name});
    else
      status = fail(std::move(attempt.error()));
  } else if (record.has_missed()) {
    auto missed = wire::decode(record.missed());
    if (missed)
      ports_.turn.record(MissedReceived{std::move(*missed), agent.region, agent.name});
    else
      status = fail(std::move(missed.error()));
  } else if (record.has_control()) {
    auto report = wire::decode(record.control());
    if (report)
      ports_.turn.record(ControlReceived{agent.region, agent.name, std::move(*report)});
    else
      status = fail(std::move(report.error()));
  } else if (!record.has_gap()) {
    status = fail(ErrorCode::protocol, "a record of an unknown kind");
  }
  if (status) return;
  ++counters_.refused;
  log::write(log::Level::warn, "record refused",
             {{"agent", render(agent)}, {"why", status.error().message}});
}

Status AgentRoutes::take_run(const v1::RunResult& message, const AgentId& agent) {
  auto run = wire::decode(message, agent.region);
  if (!run) return fail(std::move(run.error()));
  const WallTime now = ports_.turn.now();
  if (run->key.round < now - kOldestRound || run->key.round > now + kNewestRound ||
      ports_.turn.is_ahead(run->key))
    return out_of_range(run->key);
  RunReceived received = ports_.turn.receive(std::move(*run), agent.name);
  counters_.superseded += received.superseded ? 1 : 0;
  counters_.late += received.late ? 1 : 0;
  ports_.turn.record(std::move(received));
  return {};
}

async::Task<ServerResponse> AgentRoutes::poll(ServerRequest request) {
  PollRequest poll;
  poll.have = request.query_value("have").value_or("");
  poll.session = request.query_value("session").value_or("");
  const std::string orders = request.query_value("orders").value_or("0");
  poll.orders_seen = std::strtoull(orders.c_str(), nullptr, 10);
  poll.tests = request.query_value("tests") == "1";
  poll.drains = request.query_value("draining") == "1";
  if (const auto hold = request.query_value("hold"))
    poll.hold = Seconds{std::min(std::strtoull(hold->c_str(), nullptr, 10), kHoldSecondsMost)};
  ports_.registry.seen(*request.peer, ports_.turn.now());
  if (on_contact) on_contact(request, std::nullopt);
  AgentId agent = *request.peer;
  const v1::PollResponse response =
      co_await ports_.dispatch.poll(std::move(agent), std::move(poll));
  co_return message_response(response);
}

// Straight to whoever waits: nothing is staged, recorded or counted.
async::Task<ServerResponse> AgentRoutes::test_results(ServerRequest request) {
  v1::TestResultRequest message;
  if (!message.ParseFromString(request.body)) co_return error_response(unparsable());
  auto run = wire::decode(message.run(), request.peer->region);
  if (!run) co_return error_response(run.error());
  const Status taken = ports_.tests.take(message.test(), std::move(*run), request.body.size());
  if (!taken) co_return error_response(taken.error());
  v1::TestResultResponse response;
  response.set_controller_unix_ms(ports_.turn.now().unix_ms());
  co_return message_response(response);
}

}  // namespace picket::controller
