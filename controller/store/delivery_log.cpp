// The delivery log, and the questions that people ask about messages.
#include <fmt/format.h>

#include "controller/store/store.h"
#include "controller/store/tables.h"

namespace picket::controller {
namespace {

constexpr std::int64_t kAttemptsMax = 200;

const Table kDeliveryLog{"delivery_log",
                         {"id"},
                         {"at_ms", "outbox", "incident", "receiver", "action", "attempt", "outcome",
                          "http_status", "latency_ms", "provider_id", "dedup_key", "error"}};

}  // namespace

const Table& table_of(const DeliveryLogRow*) { return kDeliveryLog; }

Values values_of(const DeliveryLogRow& row) {
  return {row.id,
          to_value(row.at),
          row.outbox,
          row.incident.value,
          row.receiver,
          row.action,
          std::int64_t{row.attempt},
          row.outcome,
          std::int64_t{row.http_status},
          std::int64_t{row.latency.count()},
          row.provider_id,
          row.key.value,
          row.error};
}

void read_into(const Row& row, DeliveryLogRow& out) {
  int column = 0;
  out.id = row.text(column++);
  out.at = WallTime::from_unix_ms(row.integer(column++));
  out.outbox = row.text(column++);
  out.incident.value = row.text(column++);
  out.receiver = row.text(column++);
  out.action = row.text(column++);
  out.attempt = static_cast<std::uint32_t>(row.integer(column++));
  out.outcome = row.text(column++);
  out.http_status = static_cast<int>(row.integer(column++));
  out.latency = Millis{row.integer(column++)};
  out.provider_id = row.text(column++);
  out.key.value = row.text(column++);
  out.error = row.text(column++);
}

Result<std::vector<OutboxRow>> Store::outbox_search(const OutboxFilter& filter) {
  std::string where;
  Values values;
  const auto add = [&](std::string_view condition, Value value) {
    values.push_back(std::move(value));
    where += where.empty() ? "WHERE " : " AND ";
    where +=
        fmt::format(fmt::runtime(condition), fmt::arg("p", "$" + std::to_string(values.size())));
  };
  if (!filter.id.empty()) add("id = {p}", filter.id);
  if (!filter.provider_id.empty())
    add("(provider_id = {p} OR dedup_key = {p} OR id IN (SELECT outbox FROM delivery_log WHERE "
        "provider_id = {p} AND provider_id <> ''))",
        filter.provider_id);
  if (!filter.incident.empty()) add("incident = {p}", filter.incident);
  if (!filter.receiver.empty()) add("receiver = {p}", filter.receiver);
  if (filter.state) add("state = {p}", std::string{to_string(*filter.state)});
  if (filter.since) add("due_ms >= {p}", to_value(*filter.since));
  if (filter.unfinished)
    where += where.empty() ? "WHERE finished_ms IS NULL" : " AND finished_ms IS NULL";
  values.push_back(static_cast<std::int64_t>(filter.limit));
  const std::string tail =
      fmt::format("{} ORDER BY due_ms DESC, dedup_key, ordinal LIMIT ${}", where, values.size());
  return select<OutboxRow>(*database_, tail, values);
}

Result<std::vector<DeliveryLogRow>> Store::delivery_attempts(const std::string& outbox) {
  return select<DeliveryLogRow>(*database_, "WHERE outbox = $1 ORDER BY at_ms, attempt LIMIT $2",
                                {outbox, kAttemptsMax});
}

Result<std::vector<DeliveryLogRow>> Store::webhooks_received(std::size_t limit) {
  return select<DeliveryLogRow>(*database_,
                                "WHERE outcome = 'received' ORDER BY at_ms DESC LIMIT $1",
                                {static_cast<std::int64_t>(limit)});
}

Result<std::vector<std::pair<std::string, WallTime>>> Store::last_accepted() {
  std::vector<std::pair<std::string, WallTime>> out;
  const auto each = [&](const Row& row) {
    out.emplace_back(row.text(0), WallTime::from_unix_ms(row.integer(1)));
    return true;
  };
  const auto done = database_->query(
      "SELECT receiver, max(at_ms) FROM delivery_log WHERE outcome = 'accepted' GROUP BY receiver",
      {}, each);
  if (!done) return fail(done.error());
  return out;
}

Result<std::optional<DedupKey>> Store::key_of_provider_id(const std::string& provider_id) {
  std::optional<DedupKey> key;
  const auto each = [&](const Row& row) {
    key = DedupKey{row.text(0)};
    return false;
  };
  const auto done = database_->query(
      "SELECT dedup_key FROM outbox WHERE provider_id = $1 AND provider_id <> '' ORDER BY due_ms "
      "DESC LIMIT 1",
      {provider_id}, each);
  if (!done) return fail(done.error());
  return key;
}

}  // namespace picket::controller
