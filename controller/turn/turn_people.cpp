// What people do with incidents: folded into the book, its rows staged, the event logged.
#include <utility>

#include "common/core/text.h"
#include "controller/turn/turn.h"

namespace picket::controller {
namespace {

constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kNoteBytes = 900;

Result<std::string> cleaned(const std::string& text, const char* what, std::size_t bytes,
                            const char* hint) {
  std::string out{trim_ascii(clean_line(text))};
  if (out.empty())
    return fail(ErrorCode::invalid_argument, std::string{"`"} + what + "` is missing", hint);
  if (out.size() > bytes)
    return fail(ErrorCode::invalid_argument,
                std::string{"`"} + what + "` is longer than " + std::to_string(bytes) + " bytes",
                "shorten it, or link to the whole of it");
  return out;
}

// Of a person at a receiver, whose name may be anything.
std::string name_of(const std::string& by) {
  std::string name = cut_utf8(std::string{trim_ascii(clean_line(by))}, kNameBytes);
  return name.empty() ? "somebody" : name;
}

Error unknown_key() {
  return {ErrorCode::not_found, "no page of an open incident has this key", {}};
}

}  // namespace

Status Turn::resolve(const IncidentId& incident, PersonalResolve word) {
  auto by = cleaned(word.by, "by", kNameBytes, "{\"by\": \"anna\"}");
  if (!by) return fail(std::move(by.error()));
  word.by = std::move(*by);
  if (!word.note.empty()) {
    auto text = cleaned(word.note, "note", kNoteBytes, "leave it out");
    if (!text) return fail(std::move(text.error()));
    word.note = std::move(*text);
  }
  auto rows = book_.resolve(incident, word, now());
  if (!rows) return fail(std::move(rows.error()));
  if (rows->incidents.empty()) return {};
  const IncidentRow row = rows->incidents.front();
  take_rows(std::move(*rows));
  record(IncidentResolved{incident, row.check, word.by, word.note,
                          std::string{to_string(row.after_resolve)}, word.outside});
  return {};
}

Status Turn::note(const IncidentId& incident, const std::string& by, const std::string& text) {
  const auto who = cleaned(by, "by", kNameBytes, "{\"by\": \"anna\"}");
  if (!who) return fail(who.error());
  const auto what = cleaned(text, "text", kNoteBytes, "say what whoever reads this should know");
  if (!what) return fail(what.error());
  staged().timeline.push_back({incident, now(), "note", *who + ": " + *what});
  record(IncidentNoted{incident, *who, *what});
  return {};
}

Status Turn::record_deployment(const DeploymentRow& deployment) {
  BookRows rows = book_.record_deployment(deployment, now());
  if (rows.deployments.empty()) return {};
  take_rows(std::move(rows));
  record(DeploymentRecorded{deployment.id, deployment.service, deployment.version, deployment.team,
                            deployment.at});
  return {};
}

Result<ActionItemRow> Turn::add_action_item(ActionItemDraft draft) {
  auto rows = book_.add_action_item(std::move(draft), now());
  if (!rows) return fail(std::move(rows.error()));
  ActionItemRow item = rows->action_items.front();
  take_rows(std::move(*rows));
  touch();
  due_changed_.notify_all();
  return item;
}

Result<ActionItemRow> Turn::close_action_item(const ActionItemEnd& end) {
  auto rows = book_.close_action_item(end, now());
  if (!rows) return fail(std::move(rows.error()));
  ActionItemRow item = rows->action_items.front();
  take_rows(std::move(*rows));
  touch();
  return item;
}

Status Turn::resolved_outside(const std::string& dedup_key, const std::string& by) {
  const auto incident = book_.incident_of(DedupKey{dedup_key});
  if (!incident) return fail(unknown_key());
  PersonalResolve word;
  word.by = name_of(by);
  word.outside = DedupKey{dedup_key};
  return resolve(*incident, std::move(word));
}

Status Turn::acknowledged_outside(const std::string& dedup_key, const std::string& by) {
  const auto incident = book_.incident_of(DedupKey{dedup_key});
  if (!incident) return fail(unknown_key());
  return acknowledge(*incident, name_of(by), DedupKey{dedup_key});
}

Status Turn::closed_outside(const std::string& dedup_key, const std::string& by) {
  auto rows = book_.close_outside(DedupKey{dedup_key}, name_of(by), now());
  if (!rows) return fail(std::move(rows.error()));
  const TimelineRow line = rows->timeline.front();
  take_rows(std::move(*rows));
  record(IncidentNoted{line.incident, name_of(by), line.text});
  return {};
}

Status Turn::noted_outside(const std::string& dedup_key, const std::string& by,
                           const std::string& text) {
  const auto incident = book_.incident_of(DedupKey{dedup_key});
  if (!incident) return fail(unknown_key());
  return note(*incident, name_of(by), cut_utf8(clean_line(text), kNoteBytes));
}

void Turn::set_routes(Routes routes, const AfterManualResolve& after) {
  book_.set_routes(std::move(routes));
  book_.set_after_manual_resolve(after);
  due_changed_.notify_all();
}

void Turn::restore_people(const std::vector<DeploymentRow>& recent,
                          std::vector<ActionItemRow> items) {
  book_.restore_deployments(recent);
  book_.restore_action_items(std::move(items));
}

}  // namespace picket::controller
