#include "controller/incident/action_items.h"

#include <fmt/format.h>

#include <utility>

#include "common/core/digest.h"
#include "common/core/text.h"
#include "controller/incident/keys.h"

namespace picket::controller {
namespace {

constexpr std::size_t kTextBytes = 500;
constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kIdDigits = 10;
constexpr Millis kFurthest = hours{24 * 730};

Error wrong(std::string message, std::string hint) {
  return {ErrorCode::invalid_argument, std::move(message), std::move(hint)};
}

Status check_text(std::string& text, const char* what, std::size_t bytes, const char* example) {
  text = clean_line(text);
  text = std::string{trim_ascii(text)};
  if (text.empty()) return fail(wrong(fmt::format("`{}` is missing", what), example));
  if (text.size() > bytes)
    return fail(wrong(fmt::format("`{}` is longer than {} bytes", what, bytes), "shorten it"));
  return {};
}

// Two owners are none.
Status check_owner(std::string& owner) {
  if (auto status = check_text(owner, "owner", kNameBytes, "one person or team: anna"); !status)
    return status;
  const bool several = owner.find_first_of(",;&+/|") != std::string::npos ||
                       to_lower_ascii(owner).find(" and ") != std::string::npos;
  if (several)
    return fail(wrong("an action item has exactly one owner, not `" + owner + "`",
                      "name the one who sees to it that it is done"));
  return {};
}

Status check_due(WallTime due, WallTime at) {
  if (due <= at)
    return fail(wrong("the deadline " + render_rfc3339(due) + " is past", "give a later one"));
  if (due - at > kFurthest)
    return fail(wrong("the deadline is more than two years ahead",
                      "an action item that can wait so long is none"));
  return {};
}

WallTime escalation_of(const ActionItemRow& row) { return row.due + kActionPatience; }

}  // namespace

bool is_overdue(const ActionItemRow& row, WallTime at) {
  return row.state == ActionState::open && at >= row.due;
}

void ActionItems::restore(std::vector<ActionItemRow> rows) {
  for (ActionItemRow& row : rows) {
    ++counts_[row.incident];
    index(row);
    const std::string id = row.id;
    rows_[id] = std::move(row);
  }
}

void ActionItems::index(const ActionItemRow& row) {
  const std::pair place{escalation_of(row), row.id};
  if (row.state == ActionState::open && !row.escalated)
    waiting_.insert(place);
  else
    waiting_.erase(place);
}

Result<ActionItemRow> ActionItems::add(ActionItemDraft draft, WallTime at) {
  const std::size_t count = counts_[draft.incident];
  if (count >= kActionItemsMax)
    return fail(
        ErrorCode::conflict,
        fmt::format("incident {} has three action items already", clean_line(draft.incident.value)),
        "three that are done are worth more than ten that are listed: put this into one "
        "of them, or into your tracker");
  Status status = check_text(draft.text, "text", kTextBytes, "say what is to be done");
  if (status) status = check_owner(draft.owner);
  if (status) status = check_text(draft.by, "by", kNameBytes, "{\"by\": \"anna\"}");
  if (status) status = check_due(draft.due, at);
  if (!status) return fail(std::move(status.error()));
  ActionItemRow row;
  row.id = sha256_hex(join_unambiguously({draft.incident.value, std::to_string(count)}))
               .substr(0, kIdDigits);
  row.incident = draft.incident;
  row.check = draft.check;
  row.owner = std::move(draft.owner);
  row.text = std::move(draft.text);
  row.due = draft.due;
  row.created = at;
  row.created_by = std::move(draft.by);
  ++counts_[row.incident];
  rows_[row.id] = row;
  index(row);
  return row;
}

Result<ActionItemRow> ActionItems::close(const ActionItemEnd& end, WallTime at) {
  const auto found = rows_.find(end.id);
  if (found == rows_.end())
    return fail(ErrorCode::not_found, "no action item " + clean_line(end.id),
                "`picket actions list --state all` lists them");
  std::string by = end.by;
  std::string reason = end.reason;
  Status status = check_text(by, "by", kNameBytes, "{\"by\": \"anna\"}");
  if (status && end.state == ActionState::deprioritised)
    status = check_text(reason, "reason", kTextBytes, "say why it need not be done");
  if (!status) return fail(std::move(status.error()));
  ActionItemRow& row = found->second;
  if (row.state != ActionState::open)
    return fail(ErrorCode::conflict,
                fmt::format("action item {} is {} already", row.id, to_string(row.state)));
  row.state = end.state;
  row.reason = cut_utf8(clean_line(reason), kTextBytes);
  row.closed = at;
  row.closed_by = std::move(by);
  index(row);
  return row;
}

std::optional<ActionItemRow> ActionItems::escalate_one(WallTime at) {
  if (waiting_.empty() || waiting_.begin()->first > at) return std::nullopt;
  ActionItemRow& row = rows_.at(waiting_.begin()->second);
  row.escalated = at;
  index(row);
  return row;
}

std::optional<WallTime> ActionItems::next_escalation() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

std::vector<ActionItemRow> ActionItems::all() const {
  std::vector<ActionItemRow> out;
  for (const auto& [id, row] : rows_) out.push_back(row);
  return out;
}

}  // namespace picket::controller
