#include "controller/turn/ledger_rows.h"

#include <utility>

#include "controller/store/compression.h"

namespace picket::controller {
namespace {

std::optional<SlotBytes> unpack_blob(const std::string& blob) {
  const auto packed = decompress(blob);
  return packed ? unpack(*packed) : std::nullopt;
}

// A check that was deleted and is back knows nothing of its slots from before a start.
std::string with_stored(const std::string& codes, const LedgerRow& stored) {
  const auto older = codes_in(stored);
  auto known = unpack(codes);
  if (!older || !known) return codes;
  fill_open(*known, *older);
  return pack(*known);
}

}  // namespace

void ChangedDays::add(std::vector<Ledger::Day> days) {
  for (Ledger::Day& day : days) {
    Ledger::Day& known = days_[{day.check, day.region, day.day}];
    auto durations = std::move(known.durations);
    durations.insert(durations.end(), day.durations.begin(), day.durations.end());
    known = std::move(day);
    known.durations = std::move(durations);
  }
}

Result<std::vector<LedgerRow>> ChangedDays::rows(Store& store) const {
  std::vector<LedgerRow> rows;
  for (const auto& [key, day] : days_) {
    const auto stored = store.ledger(day.check, day.region, day.day, day.day);
    if (!stored) return fail(stored.error());
    SlotBytes durations = stored->empty() ? SlotBytes{} : durations_in(stored->front());
    set_durations(durations, day.durations);
    const std::string codes = stored->empty() ? day.codes : with_stored(day.codes, stored->front());
    rows.push_back({day.check, day.region, day.day, compress(codes), compress(pack(durations))});
  }
  return rows;
}

std::optional<SlotBytes> codes_in(const LedgerRow& row) { return unpack_blob(row.blob); }

SlotBytes durations_in(const LedgerRow& row) {
  if (row.durations.empty()) return {};
  return unpack_blob(row.durations).value_or(SlotBytes{});
}

}  // namespace picket::controller
