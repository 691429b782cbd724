// Action items as the book keeps them, and the page that one gets when nobody cared for 28 days.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/incident/book_parts.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr const char* kOverdue = "overdue";

std::string title_of(const ActionItemRow& item) {
  return fmt::format("action item of {} overdue since {}: {}", item.owner,
                     render_rfc3339(item.due).substr(0, 10), item.text);
}

std::string detail_of(const ActionItemRow& item) {
  const json detail{{"action_item", item.id},
                    {"owner", item.owner},
                    {"text", item.text},
                    {"due", render_rfc3339(item.due)},
                    {"of_incident", item.incident.value},
                    {"check", item.check.value},
                    {"how_to_end", fmt::format("picket actions done {0}, or picket actions "
                                               "deprioritise {0} --reason ...",
                                               item.id)}};
  return detail.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Result<BookRows> IncidentBook::add_action_item(ActionItemDraft draft, WallTime at) {
  auto item = action_items_.add(std::move(draft), at);
  if (!item) return fail(std::move(item.error()));
  BookRows rows;
  IncidentRow of;
  of.id = item->incident;
  note(rows, of, at, "action_item",
       fmt::format("{} for {} until {}: {}", item->id, item->owner,
                   render_rfc3339(item->due).substr(0, 10), item->text));
  rows.action_items.push_back(std::move(*item));
  return rows;
}

Result<BookRows> IncidentBook::close_action_item(const ActionItemEnd& end, WallTime at) {
  auto item = action_items_.close(end, at);
  if (!item) return fail(std::move(item.error()));
  BookRows rows;
  IncidentRow of;
  of.id = item->incident;
  std::string text = fmt::format("{} {} by {}", item->id, to_string(item->state), item->closed_by);
  if (!item->reason.empty()) text += ": " + item->reason;
  note(rows, of, at, "action_item", text);
  News news{
      .episode = {std::string{kActionSubject} + item->id, kOverdue, item->due + kActionPatience}};
  news.phase = AlertPhase::clears;
  news.at = at;
  news.reason = text;
  rows.append(take(news));
  rows.action_items.push_back(std::move(*item));
  return rows;
}

void IncidentBook::restore_action_items(std::vector<ActionItemRow> rows) {
  action_items_.restore(std::move(rows));
}

void IncidentBook::escalate_action_items(WallTime now, BookRows& rows) {
  while (const auto item = action_items_.escalate_one(now)) {
    News news{
        .episode = {std::string{kActionSubject} + item->id, kOverdue, item->due + kActionPatience}};
    news.condition = kOverdue;
    news.severity = Severity::warning;
    news.at = now;
    news.title = title_of(*item);
    news.reason = "nobody has done or deprioritised it for 28 days";
    news.detail_json = detail_of(*item);
    news.payload_json =
        with_class(storm_payload(news.title, news.detail_json, news.severity, now, settings_,
                                 make_incident_id(settings_.install_id, news.episode)),
                   "action_item");
    news.receivers = suppressions_.receivers_of(item->check);
    news.owner = item->owner;
    rows.append(take(news));
    rows.action_items.push_back(*item);
    IncidentRow of;
    of.id = item->incident;
    note(rows, of, now, "action_item", item->id + " escalated: " + news.reason);
  }
}

}  // namespace picket::controller
