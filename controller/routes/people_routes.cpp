#include "controller/routes/people_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/async/with_deadline.h"
#include "common/core/digest.h"
#include "common/core/log.h"
#include "controller/routes/answers.h"
#include "controller/routes/incident_routes.h"
#include "controller/routes/readiness.h"
#include "controller/runs/run_log.h"

namespace picket::controller {
namespace {

using Json = nlohmann::json;

constexpr Millis kCommitLimit{10'000};
constexpr int kBackupPages = 1024;  // 4 MiB

ServerResponse refused() {
  return problem(ErrorCode::unauthorized, "this needs the controller's admin token",
                 "picket --token-file STATE_DIR/admin.token ...");
}

}  // namespace

const std::vector<PeopleRoutes::Route>& PeopleRoutes::routes() {
  using P = PeopleRoutes;
  static const std::vector<Route> table{
      {"GET", "/healthz", &P::healthz, Policy::open},
      {"GET", "/readyz", &P::readyz, Policy::open},
      {"GET", "/metrics", &P::metrics, Policy::read},
      {"GET", "/api/v1/status", &P::status, Policy::read},
      {"GET", "/api/v1/checks/*", &P::check, Policy::read},
      {"GET", "/api/v1/incidents", &P::incidents, Policy::read},
      {"GET", "/api/v1/incidents/*", &P::incident, Policy::read},
      {"POST", "/api/v1/incidents/*/acknowledge", &P::acknowledge, Policy::admin},
      {"GET", "/api/v1/deliveries", &P::deliveries, Policy::read},
      {"POST", "/api/v1/deliveries/*/retry", &P::retry_delivery, Policy::admin},
      {"GET", "/api/v1/routes", &P::notify_routes, Policy::read},
      {"GET", "/api/v1/routes/explain", &P::explain_route, Policy::read},
      {"POST", "/api/v1/routes/test", &P::test_route, Policy::admin},
      {"POST", "/webhooks/pagerduty", &P::pagerduty_webhook, Policy::signature},
      {"GET", "/api/v1/slos", &P::slos, Policy::read},
      {"GET", "/api/v1/silences", &P::silences, Policy::read},
      {"POST", "/api/v1/silences", &P::create_silence, Policy::admin},
      {"POST", "/api/v1/silences/*/end", &P::end_silence, Policy::admin},
      {"GET", "/api/v1/agents", &P::agents, Policy::read},
      {"POST", "/api/v1/agents/tokens", &P::create_token, Policy::admin},
      {"POST", "/api/v1/agents/revoke", &P::revoke, Policy::admin},
      {"GET", "/api/v1/reload", &P::show_reload, Policy::read},
      {"POST", "/api/v1/reload", &P::reload, Policy::admin},
      {"POST", "/api/v1/apply", &P::apply, Policy::admin},
      {"GET", "/api/v1/definitions", &P::definitions, Policy::read},
      {"GET", "/api/v1/history", &P::history, Policy::read},
      {"GET", "/api/v1/history/batches", &P::history_batches, Policy::read},
      {"POST", "/api/v1/backup", &P::backup, Policy::admin},
      {"POST", "/api/v1/tests", &P::start_test, Policy::admin},
      {"GET", "/api/v1/tests/*", &P::show_test, Policy::admin},
      {"GET", "/public/status.json", &P::public_status, Policy::open},
      {"GET", "/public/badges/*", &P::public_badge, Policy::open},
  };
  return table;
}

bool PeopleRoutes::may(const ServerRequest& request, Policy policy) const {
  if (policy != Policy::admin) return true;
  return constant_time_equal(request.header("authorization").value_or(""),
                             "Bearer " + settings_.admin_token);
}

async::Task<ServerResponse> PeopleRoutes::handle(ServerRequest request) {
  bool path_known = false;
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  for (const Route& route : routes()) {
    auto segment = match_path(route.path, request.path);
    if (!segment) continue;
    path_known = true;
    if (route.method != method) continue;
    if (!may(request, route.policy)) co_return refused();
    co_return co_await (this->*route.handler)(std::move(request), std::move(*segment));
  }
  for (const OfferedRoute& route : offered_) {
    auto segment = match_path(route.path, request.path);
    if (!segment) continue;
    path_known = true;
    if (route.method == method)
      co_return co_await answer_offered(route, std::move(request), std::move(*segment));
  }
  if (!path_known && pages)
    if (auto page = pages(request)) co_return std::move(*page);
  if (!path_known) co_return problem(ErrorCode::not_found, "no such route");
  ServerResponse response = problem(ErrorCode::protocol, "another method is wanted here");
  response.status = 405;
  co_return response;
}

void PeopleRoutes::offer(std::vector<OfferedRoute> routes) {
  for (OfferedRoute& route : routes) offered_.push_back(std::move(route));
}

async::Task<ServerResponse> PeopleRoutes::answer_offered(const OfferedRoute& route,
                                                         ServerRequest request,
                                                         std::string segment) {
  if (!may(request, route.changes ? Policy::admin : Policy::read)) co_return refused();
  const Result<std::string> body = co_await route.handler(std::move(request), std::move(segment));
  co_return answer(body, route.status);
}

async::Task<Status> PeopleRoutes::settle() {
  async::Task<bool> committed = ports_.turn.durable();
  const Deadline deadline = Deadline::after(ports_.clock.now(), kCommitLimit);
  const auto done = co_await async::with_deadline(ports_.clock, deadline, std::move(committed));
  if (done) co_return Status{};
  Error why{ErrorCode::timeout, "the commit takes too long", "look at the controller's disk"};
  if (ports_.turn.trouble()) why = *ports_.turn.trouble();
  co_return fail(std::move(why));
}

async::Task<ServerResponse> PeopleRoutes::healthz(ServerRequest, std::string) {
  co_return text(200, "ok\n");
}

// Ready: what it takes in can be stored.
async::Task<ServerResponse> PeopleRoutes::readyz(ServerRequest request, std::string) {
  Readiness readiness;
  if (ports_.dispatch.stopping()) readiness.reasons.emplace_back("it stops");
  if (ports_.turn.trouble()) readiness.reasons.push_back(render(*ports_.turn.trouble()));
  if (ports_.turn.overloaded()) readiness.reasons.emplace_back("too much waits to be stored");
  if (warnings) readiness.warnings = warnings();
  co_return render_readiness(readiness, request);
}

async::Task<ServerResponse> PeopleRoutes::metrics(ServerRequest, std::string) {
  std::string body = ports_.series.render(ports_.turn.now());
  if (own_metrics) body += own_metrics();
  if (stored_metrics) body += co_await stored_metrics();
  co_return text(200, std::move(body));
}

async::Task<ServerResponse> PeopleRoutes::acknowledge(ServerRequest request, std::string id) {
  const std::string by = text_of(parse_body(request), "by");
  if (by.empty())
    co_return problem(ErrorCode::invalid_argument, "who acknowledges?", "{\"by\": \"NAME\"}");
  Status status = ports_.turn.acknowledge(IncidentId{id}, by);
  if (status) status = co_await settle();
  if (!status) co_return problem(status.error());
  co_return co_await incident(std::move(request), std::move(id));
}

async::Task<ServerResponse> PeopleRoutes::deliveries(ServerRequest request, std::string) {
  co_return answer(co_await ports_.channels.deliveries(std::move(request)));
}

async::Task<ServerResponse> PeopleRoutes::retry_delivery(ServerRequest, std::string id) {
  const auto owed = co_await ports_.channels.retry(std::move(id));
  if (!owed) co_return problem(owed.error());
  if (const Status settled = co_await settle(); !settled) co_return problem(settled.error());
  co_return json(*owed);
}

async::Task<ServerResponse> PeopleRoutes::notify_routes(ServerRequest, std::string) {
  co_return answer(ports_.channels.list());
}

async::Task<ServerResponse> PeopleRoutes::explain_route(ServerRequest request, std::string) {
  co_return answer(ports_.channels.explain(request));
}

async::Task<ServerResponse> PeopleRoutes::test_route(ServerRequest request, std::string) {
  const auto started = ports_.channels.test(request);
  if (!started) co_return problem(started.error());
  if (const Status settled = co_await settle(); !settled) co_return problem(settled.error());
  co_return json(*started, 201);
}

async::Task<ServerResponse> PeopleRoutes::pagerduty_webhook(ServerRequest request, std::string) {
  co_return co_await ports_.webhooks.take(std::move(request));
}

async::Task<ServerResponse> PeopleRoutes::slos(ServerRequest, std::string) {
  std::vector<CheckView> views;
  for (const CheckName& name : ports_.turn.evaluator().checks())
    if (auto view = ports_.turn.evaluator().view(name); view && view->slo)
      views.push_back(std::move(*view));
  co_return json(render_slos(views));
}

async::Task<ServerResponse> PeopleRoutes::silences(ServerRequest request, std::string) {
  co_return answer(co_await ports_.silences.list(std::move(request)));
}

async::Task<ServerResponse> PeopleRoutes::create_silence(ServerRequest request, std::string) {
  const auto made = ports_.silences.create(request);
  if (!made) co_return problem(made.error());
  if (const Status settled = co_await settle(); !settled) co_return problem(settled.error());
  co_return json(*made, 201);
}

async::Task<ServerResponse> PeopleRoutes::end_silence(ServerRequest request, std::string id) {
  const auto ended = ports_.silences.end(request, id);
  if (!ended) co_return problem(ended.error());
  if (const Status settled = co_await settle(); !settled) co_return problem(settled.error());
  co_return json(*ended);
}

async::Task<ServerResponse> PeopleRoutes::agents(ServerRequest, std::string) {
  const WallTime now = ports_.turn.now();
  std::vector<AgentView> views;
  for (const auto& [id, row] : ports_.registry.agents()) {
    AgentView view{row, false, ports_.registry.last_seen(id)};
    view.online = view.last_seen && now - *view.last_seen < kOfflineAfter;
    view.blind = ports_.turn.fleet().blind_agents().contains(id);
    view.draining = ports_.dispatch.planner().drains(id);
    views.push_back(std::move(view));
  }
  co_return json(render_agents(views, ports_.registry.open_tokens(now)));
}

async::Task<ServerResponse> PeopleRoutes::create_token(ServerRequest request, std::string) {
  const Json body = parse_body(request);
  TokenRequest wanted{RegionName{text_of(body, "region")}};
  if (const std::string span = text_of(body, "valid_for"); !span.empty()) {
    const auto parsed = parse_duration(span);
    if (!parsed) co_return problem(parsed.error());
    wanted.valid_for = *parsed;
  }
  const auto made = ports_.registry.create_token(wanted, ports_.turn.now());
  if (!made) co_return problem(made.error());
  ports_.registry.apply(made->row);
  ports_.turn.staged().join_tokens.push_back(made->row);
  if (const Status settled = co_await settle(); !settled) co_return problem(settled.error());
  const Json answer{{"schema_version", 1},
                    {"token", made->token},
                    {"region", made->row.region.value},
                    {"expires", render_rfc3339(made->row.expires)}};
  co_return json(answer.dump() + "\n", 201);
}

async::Task<ServerResponse> PeopleRoutes::revoke(ServerRequest request, std::string) {
  const Json body = parse_body(request);
  const AgentId id{RegionName{text_of(body, "region")}, text_of(body, "name")};
  const auto known = ports_.registry.agents().find(id);
  if (known == ports_.registry.agents().end())
    co_return problem(ErrorCode::not_found, "no agent " + render(id));
  AgentRow row = known->second;
  row.revoked = true;
  ports_.registry.apply(row);
  ports_.turn.staged().agents.push_back(row);
  ports_.dispatch.remove_agent(id);
  if (const Status settled = co_await settle(); !settled) co_return problem(settled.error());
  log::info("agent revoked", {{"agent", render(id)}});
  co_return co_await agents(std::move(request), {});
}

async::Task<ServerResponse> PeopleRoutes::show_reload(ServerRequest, std::string) {
  co_return json(render_reload(ports_.reloader.view()));
}

async::Task<ServerResponse> PeopleRoutes::reload(ServerRequest request, std::string) {
  const Json body = parse_body(request);
  const bool confirmed = body.contains("confirm") && body["confirm"] == true;
  Status status = co_await ports_.reloader.reload(confirmed);
  if (status) status = co_await settle();
  if (!status) co_return problem(status.error());
  co_return json(render_reload(ports_.reloader.view()));
}

async::Task<ServerResponse> PeopleRoutes::apply(ServerRequest request, std::string) {
  Status status = co_await ports_.apply.apply(std::move(request));
  if (status) status = co_await settle();
  if (!status) co_return problem(status.error());
  co_return json(render_reload(ports_.reloader.view()));
}

async::Task<ServerResponse> PeopleRoutes::definitions(ServerRequest request, std::string) {
  co_return answer(co_await ports_.history.definitions(std::move(request)));
}

async::Task<ServerResponse> PeopleRoutes::history(ServerRequest, std::string) {
  co_return answer(co_await ports_.history.info());
}

async::Task<ServerResponse> PeopleRoutes::history_batches(ServerRequest request, std::string) {
  co_return answer(co_await ports_.history.batches(std::move(request)));
}

async::Task<ServerResponse> PeopleRoutes::start_test(ServerRequest request, std::string) {
  co_return answer(co_await ports_.tests.start(std::move(request)), 201);
}

async::Task<ServerResponse> PeopleRoutes::show_test(ServerRequest request, std::string id) {
  co_return answer(co_await ports_.tests.show(std::move(request), std::move(id)));
}

// In small steps, so that commits go on between them.
async::Task<Status> PeopleRoutes::copy_database(std::string path) {
  const auto begin = [this, &path] { return ports_.store.start_backup(path); };
  auto job = co_await async::offload(ports_.pool, begin);
  if (!job) co_return fail(std::move(job.error()));
  const auto step = [&job] { return (*job)->step(kBackupPages); };
  while (true) {
    const Result<bool> done = co_await async::offload(ports_.pool, step);
    if (!done) co_return fail(done.error());
    if (*done) co_return Status{};
  }
}

async::Task<ServerResponse> PeopleRoutes::backup(ServerRequest, std::string) {
  std::string stamp = render_rfc3339(ports_.turn.now());
  std::replace(stamp.begin(), stamp.end(), ':', '-');
  const std::string path = settings_.backup_directory + "/picket-" + stamp + ".db";
  if (const Status copied = co_await copy_database(path); !copied)
    co_return problem(copied.error());
  const Json answer{{"schema_version", 1}, {"path", path}};
  co_return json(answer.dump() + "\n", 201);
}

}  // namespace picket::controller
