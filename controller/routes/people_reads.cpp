// What people read of checks and incidents: the routes that change nothing and ask the store.
#include <fmt/format.h>

#include <algorithm>

#include "controller/routes/answers.h"
#include "controller/routes/incident_routes.h"
#include "controller/routes/people_routes.h"
#include "controller/web/pages.h"

namespace picket::controller {

StatusView PeopleRoutes::view_status() const {
  StatusView view;
  view.now = ports_.turn.now();
  view.version = settings_.version;
  const Planner& planner = ports_.dispatch.planner();
  std::map<RegionName, RegionSummary> regions;
  for (const auto& [id, row] : ports_.registry.agents()) {
    if (row.revoked) continue;
    RegionSummary& region = regions[id.region];
    region.region = id.region;
    if (place_of) region.place = place_of(id.region);
    region.online = planner.online(id.region);
    region.blind = ports_.turn.fleet().blind(id.region);
    ++region.agents;
  }
  for (auto& [name, region] : regions) view.regions.push_back(region);
  for (const CheckName& name : ports_.turn.evaluator().checks()) {
    if (auto check = ports_.turn.evaluator().view(name)) view.checks.push_back(std::move(*check));
    if (const auto gap = planner.worst_gap(name)) view.worst_gaps[name] = *gap;
  }
  view.incidents = ports_.turn.book().unresolved();
  view.reload = ports_.reloader.view();
  view.trouble = ports_.turn.trouble();
  if (add_health) add_health(view);
  return view;
}

async::Task<ServerResponse> PeopleRoutes::status(ServerRequest, std::string) {
  co_return json(render_status(view_status()));
}

async::Task<ServerResponse> PeopleRoutes::check(ServerRequest, std::string name) {
  const CheckName check{name};
  const auto view = ports_.turn.evaluator().view(check);
  if (!view) co_return problem(ErrorCode::not_found, fmt::format("no check `{}`", name));
  co_return json(render_check(*view, ports_.dispatch.planner().worst_gap(check)));
}

async::Task<ServerResponse> PeopleRoutes::incidents(ServerRequest request, std::string) {
  IncidentFilter filter;
  filter.limit = limit_of(request, 100);
  if (const auto check = request.query_value("check")) filter.check = CheckName{*check};
  if (const auto before = request.query_value("before")) filter.before = IncidentId{*before};
  if (const auto state = request.query_value("state")) {
    filter.state = parse_incident_state(*state);
    if (!filter.state && *state != "all")
      co_return problem(ErrorCode::invalid_argument, "no such state: " + *state,
                        "suspected, open, acknowledged, resolved or all");
  }
  const auto read = [this, &filter] { return ports_.store.incidents(filter); };
  const auto rows = co_await async::offload(ports_.pool, read);
  if (!rows) co_return problem(rows.error());
  co_return json(render_incidents(*rows));
}

async::Task<ServerResponse> PeopleRoutes::incident(ServerRequest, std::string id) {
  const IncidentId wanted{id};
  const auto read = [this, &wanted] { return read_incident(ports_.store, wanted); };
  auto body = co_await async::offload(ports_.pool, read);
  if (!body) co_return problem(body.error());
  co_return json(std::move(*body));
}

async::Task<ServerResponse> PeopleRoutes::public_status(ServerRequest, std::string) {
  ServerResponse response = json(ports_.web.public_status());
  protect_page(response);
  co_return response;
}

async::Task<ServerResponse> PeopleRoutes::public_badge(ServerRequest, std::string segment) {
  auto badge = ports_.web.badge(segment);
  if (!badge) co_return problem(badge.error());
  ServerResponse response;
  response.content_type = "image/svg+xml";
  response.body = std::move(*badge);
  response.headers.emplace_back("cache-control", "no-cache");
  protect_page(response);
  co_return response;
}

}  // namespace picket::controller
