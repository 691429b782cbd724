#include "controller/routes/incident_routes.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"
#include "controller/api/people_json.h"
#include "controller/api/postmortem.h"
#include "controller/api/status_json.h"
#include "controller/routes/answers.h"
#include "controller/runs/incident_differences.h"
#include "controller/runs/run_log.h"

namespace picket::controller {
namespace {

constexpr std::size_t kEvidenceMax = 500;
constexpr std::size_t kDateLength = 10;

Error no_incident(const IncidentId& id) {
  return {ErrorCode::not_found, "no incident " + clean_line(id.value),
          "`picket incidents` lists them"};
}

// "2026-12-15" lasts until that day is over, in UTC.
Result<WallTime> deadline_of(const std::string& text) {
  if (text.size() != kDateLength) return parse_rfc3339(text);
  const auto day = parse_rfc3339(text + "T00:00:00Z");
  if (!day) return fail(day.error());
  return *day + hours{24};
}

Result<WallTime> deadline_in(const nlohmann::json& body) {
  auto due = deadline_of(text_of(body, "due"));
  if (due) return due;
  return fail(ErrorCode::invalid_argument, "`due` is a date or a time",
              "2026-12-15, or 2026-12-15T12:00:00Z");
}

Result<std::optional<AfterResolve>> then_in(const nlohmann::json& body) {
  const std::string word = text_of(body, "then");
  if (word.empty() && !body.contains("then")) return std::optional<AfterResolve>{};
  for (const AfterResolve after : {AfterResolve::page_again, AfterResolve::hold})
    if (word == to_string(after)) return std::optional{after};
  return fail(ErrorCode::invalid_argument, "no such `then`: " + clean_line(word),
              "page_again or hold");
}

Result<ActionItemFilter> filter_in(const ServerRequest& request) {
  ActionItemFilter filter;
  filter.limit = limit_of(request, 1000);
  filter.owner = request.query_value("owner");
  if (const auto incident = request.query_value("incident"))
    filter.incident = IncidentId{*incident};
  const std::string state = request.query_value("state").value_or("open");
  for (const auto one : {ActionState::open, ActionState::done, ActionState::deprioritised})
    if (state == to_string(one)) filter.state = one;
  if (!filter.state && state != "all")
    return fail(ErrorCode::invalid_argument, "no such state: " + clean_line(state),
                "open, done, deprioritised or all");
  return filter;
}

// What the incident's document and its post-mortem both tell: all but the failed runs.
Result<Postmortem> read_kept(Store& store, const IncidentId& id) {
  const auto row = store.incident(id);
  if (!row) return fail(row.error());
  if (!*row) return fail(no_incident(id));
  auto timeline = store.timeline(id);
  auto deployments = store.deployments_of(id);
  ActionItemFilter of_incident;
  of_incident.incident = id;
  auto items = store.action_items(of_incident);
  if (!timeline) return fail(timeline.error());
  if (!deployments) return fail(deployments.error());
  if (!items) return fail(items.error());
  Postmortem kept;
  kept.incident = **row;
  kept.timeline = std::move(*timeline);
  kept.deployments = std::move(*deployments);
  kept.items = std::move(*items);
  return kept;
}

Result<Postmortem> gather(Store& store, const IncidentId& id) {
  auto kept = read_kept(store, id);
  if (!kept) return kept;
  Postmortem& view = *kept;
  if (view.incident.check.empty()) return kept;
  EvidenceFilter filter;
  filter.check = view.incident.check;
  filter.from = view.incident.opening_round;
  filter.limit = kEvidenceMax;
  const auto end = view.incident.recovered ? view.incident.recovered : view.incident.resolved;
  if (end) filter.until = *end + Millis{1};
  auto failed = store.evidence(filter);
  if (!failed) return fail(failed.error());
  view.failed = std::move(*failed);
  return kept;
}

}  // namespace

Result<std::string> read_incident(Store& store, const IncidentId& id) {
  const auto kept = read_kept(store, id);
  if (!kept) return fail(kept.error());
  const auto pages = store.outbox_of_incident(id);
  if (!pages) return fail(pages.error());
  const auto differences = read_differences(store, kept->incident);
  if (!differences) return fail(differences.error());
  const IncidentContext context{kept->deployments, kept->items, *differences};
  return render_incident(kept->incident, kept->timeline, *pages, context);
}

std::vector<OfferedRoute> IncidentRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = IncidentRoutes;
  return {
      {"POST", "/api/v1/incidents/*/note", true, 200, to(&R::note)},
      {"POST", "/api/v1/incidents/*/resolve", true, 200, to(&R::resolve)},
      {"GET", "/api/v1/incidents/*/postmortem", false, 200, to(&R::postmortem)},
      {"POST", "/api/v1/incidents/*/action-items", true, 201, to(&R::add_item)},
      {"GET", "/api/v1/action-items", false, 200, to(&R::list_items)},
      {"POST", "/api/v1/action-items/*/done", true, 200, to(&R::finish_item)},
      {"POST", "/api/v1/action-items/*/deprioritise", true, 200, to(&R::deprioritise_item)},
  };
}

// Also one that opened just now and is not stored yet.
async::Task<Result<IncidentRow>> IncidentRoutes::find(IncidentId id) {
  for (IncidentRow& row : ports_.turn.book().unresolved())
    if (row.id == id) co_return std::move(row);
  const auto read = [this, &id] { return ports_.store.incident(id); };
  auto stored = co_await async::offload(ports_.pool, read);
  if (!stored) co_return fail(std::move(stored.error()));
  if (!*stored) co_return fail(no_incident(id));
  co_return std::move(**stored);
}

IncidentRoutes::Answer IncidentRoutes::document(IncidentId id) {
  if (const Status settled = co_await settle(); !settled) co_return fail(settled.error());
  const auto read = [this, &id] { return read_incident(ports_.store, id); };
  co_return co_await async::offload(ports_.pool, read);
}

IncidentRoutes::Answer IncidentRoutes::note(ServerRequest request, std::string id) {
  const nlohmann::json body = parse_body(request);
  const auto known = co_await find(IncidentId{id});
  if (!known) co_return fail(known.error());
  const Status noted = ports_.turn.note(known->id, text_of(body, "by"), text_of(body, "text"));
  if (!noted) co_return fail(noted.error());
  co_return co_await document(known->id);
}

IncidentRoutes::Answer IncidentRoutes::resolve(ServerRequest request, std::string id) {
  const nlohmann::json body = parse_body(request);
  PersonalResolve word;
  word.by = text_of(body, "by");
  word.note = text_of(body, "note");
  const auto then = then_in(body);
  if (!then) co_return fail(then.error());
  word.then = *then;
  const IncidentId incident{id};
  const Status resolved = ports_.turn.resolve(incident, std::move(word));
  if (!resolved) co_return fail(resolved.error());
  co_return co_await document(incident);
}

IncidentRoutes::Answer IncidentRoutes::postmortem(ServerRequest, std::string id) {
  const IncidentId incident{id};
  const auto read = [this, &incident] { return gather(ports_.store, incident); };
  const auto view = co_await async::offload(ports_.pool, read);
  if (!view) co_return fail(view.error());
  co_return render_postmortem_document(*view, external_url_, ports_.turn.now());
}

IncidentRoutes::Answer IncidentRoutes::list_items(ServerRequest request, std::string) {
  const auto filter = filter_in(request);
  if (!filter) co_return fail(filter.error());
  const auto read = [this, &filter] { return ports_.store.action_items(*filter); };
  const auto rows = co_await async::offload(ports_.pool, read);
  if (!rows) co_return fail(rows.error());
  co_return render_action_items(*rows, ports_.turn.now());
}

IncidentRoutes::Answer IncidentRoutes::add_item(ServerRequest request, std::string id) {
  const nlohmann::json body = parse_body(request);
  const auto due = deadline_in(body);
  if (!due) co_return fail(due.error());
  const auto known = co_await find(IncidentId{id});
  if (!known) co_return fail(known.error());
  ActionItemDraft draft;
  draft.incident = known->id;
  draft.check = known->check;
  draft.owner = text_of(body, "owner");
  draft.text = text_of(body, "text");
  draft.due = *due;
  draft.by = text_of(body, "by");
  const auto item = ports_.turn.add_action_item(std::move(draft));
  if (!item) co_return fail(item.error());
  if (const Status settled = co_await settle(); !settled) co_return fail(settled.error());
  co_return render_action_item(*item, ports_.turn.now());
}

IncidentRoutes::Answer IncidentRoutes::finish_item(ServerRequest request, std::string id) {
  ActionItemEnd end;
  end.id = std::move(id);
  end.state = ActionState::done;
  end.by = text_of(parse_body(request), "by");
  co_return co_await close_item(std::move(end));
}

IncidentRoutes::Answer IncidentRoutes::deprioritise_item(ServerRequest request, std::string id) {
  const nlohmann::json body = parse_body(request);
  ActionItemEnd end;
  end.id = std::move(id);
  end.state = ActionState::deprioritised;
  end.by = text_of(body, "by");
  end.reason = text_of(body, "reason");
  co_return co_await close_item(std::move(end));
}

IncidentRoutes::Answer IncidentRoutes::close_item(ActionItemEnd end) {
  const auto item = ports_.turn.close_action_item(end);
  if (!item) co_return fail(item.error());
  if (const Status settled = co_await settle(); !settled) co_return fail(settled.error());
  co_return render_action_item(*item, ports_.turn.now());
}

}  // namespace picket::controller
