#include "controller/ingest/ledger.h"

#include "common/model/schedule.h"

namespace picket::controller {
namespace {

constexpr Millis kDay = hours{24};

void set(std::vector<std::uint8_t>& slots, std::size_t index, LedgerCode state) {
  if (index / 2 >= slots.size()) slots.resize(index / 2 + 1);
  const auto shift = index % 2 * 4;
  auto& byte = slots[index / 2];
  byte =
      static_cast<std::uint8_t>((byte & ~(15U << shift)) | static_cast<unsigned>(state) << shift);
}

}  // namespace

LedgerCode code_at(const std::vector<std::uint8_t>& codes, std::size_t index) {
  if (index / 2 >= codes.size()) return LedgerCode::open;
  return static_cast<LedgerCode>(codes[index / 2] >> (index % 2 * 4) & 15);
}

void fill_open(SlotBytes& codes, const SlotBytes& older) {
  for (const auto& [interval, from] : older) {
    auto& to = codes[interval];
    if (to.size() < from.size()) to.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i)
      for (const unsigned slot : {15U, 240U})
        if ((to[i] & slot) == 0) to[i] = static_cast<std::uint8_t>(to[i] | (from[i] & slot));
  }
}

LedgerCode ledger_code_of(const SlotOutcome& slot) {
  switch (slot.end) {
    case SlotEnd::open: return LedgerCode::missed_offline;
    case SlotEnd::skipped: return LedgerCode::skipped;
    case SlotEnd::superseded:
    case SlotEnd::ran: break;
    case SlotEnd::missed:
      switch (slot.reason) {
        case MissReason::offline: return LedgerCode::missed_offline;
        case MissReason::overloaded: return LedgerCode::missed_overloaded;
        case MissReason::no_definition: return LedgerCode::missed_no_definition;
        case MissReason::clock: return LedgerCode::missed_clock;
      }
  }
  switch (slot.verdict) {
    case RunVerdict::pass:
    case RunVerdict::pass_on_retry: return LedgerCode::ran_good;
    case RunVerdict::degraded: return LedgerCode::ran_degraded;
    case RunVerdict::fail: return LedgerCode::ran_bad;
    case RunVerdict::unknown: return LedgerCode::ran_unknown;
  }
  return LedgerCode::ran_unknown;
}

std::string_view to_string(LedgerCode state) {
  switch (state) {
    case LedgerCode::open: return "open";
    case LedgerCode::ran_good: return "ran_good";
    case LedgerCode::ran_degraded: return "ran_degraded";
    case LedgerCode::ran_bad: return "ran_bad";
    case LedgerCode::ran_unknown: return "ran_unknown";
    case LedgerCode::missed_offline: return "missed_offline";
    case LedgerCode::missed_overloaded: return "missed_overloaded";
    case LedgerCode::missed_no_definition: return "missed_no_definition";
    case LedgerCode::missed_clock: return "missed_clock";
    case LedgerCode::skipped: return "skipped";
  }
  return "open";
}

bool is_ran(LedgerCode state) {
  return state >= LedgerCode::ran_good && state <= LedgerCode::ran_unknown;
}

bool is_missed(LedgerCode state) {
  return state >= LedgerCode::missed_offline && state <= LedgerCode::missed_clock;
}

std::int64_t Ledger::day_of(WallTime at) { return round_start(at, kDay).unix_ms() / kDay.count(); }

bool Ledger::decide(const SlotId& slot, Millis interval, LedgerCode state, std::uint8_t duration) {
  const Key key{slot.check, slot.region, day_of(slot.round)};
  auto& slots = days_[key][interval];
  const std::size_t index = slot_index(slot.round, interval);
  const LedgerCode now = code_at(slots, index);
  if (now != LedgerCode::open && !(is_missed(now) && is_ran(state))) return false;
  set(slots, index, state);
  auto& durations = changed_[key];
  if (duration != 0) durations.push_back({interval, static_cast<std::uint32_t>(index), duration});
  return true;
}

LedgerCode Ledger::state(const SlotId& slot, Millis interval) const {
  const auto day = days_.find(Key{slot.check, slot.region, day_of(slot.round)});
  if (day == days_.end()) return LedgerCode::open;
  const auto slots = day->second.find(interval);
  if (slots == day->second.end()) return LedgerCode::open;
  return code_at(slots->second, slot_index(slot.round, interval));
}

std::optional<Millis> Ledger::interval_of(const SlotId& slot, Millis in_force, bool late) const {
  const auto begins = [&](Millis interval) {
    return round_start(slot.round, interval) == slot.round;
  };
  const bool fits = begins(in_force);
  if (fits && (!late || state(slot, in_force) != LedgerCode::open)) return in_force;
  if (const auto day = days_.find(Key{slot.check, slot.region, day_of(slot.round)});
      day != days_.end())
    for (const auto& [interval, slots] : day->second)
      if (begins(interval) && state(slot, interval) != LedgerCode::open) return interval;
  return fits ? std::optional{in_force} : std::nullopt;
}

Ledger::Day Ledger::make_day(const Key& key) const {
  const auto& [check, region, number] = key;
  Day day{check, region, number, pack(days_.at(key)), {}};
  if (const auto changed = changed_.find(key); changed != changed_.end())
    day.durations = changed->second;
  return day;
}

std::vector<Ledger::Day> Ledger::take_changed() {
  std::vector<Day> taken;
  for (const auto& [key, durations] : changed_) taken.push_back(make_day(key));
  changed_.clear();
  return taken;
}

std::vector<Ledger::Day> Ledger::days_of(const CheckName& check, std::int64_t from_day,
                                         std::int64_t until_day) const {
  std::vector<Day> found;
  for (auto it = days_.lower_bound(Key{check, RegionName{}, INT64_MIN});
       it != days_.end() && std::get<0>(it->first) == check; ++it) {
    const std::int64_t day = std::get<2>(it->first);
    if (day >= from_day && day <= until_day) found.push_back(make_day(it->first));
  }
  return found;
}

bool Ledger::restore(const Day& day) {
  auto codes = unpack(day.codes);
  if (!codes) return false;
  days_[Key{day.check, day.region, day.day}] = std::move(*codes);
  return true;
}

void Ledger::forget_before(std::int64_t day) {
  for (auto it = days_.begin(); it != days_.end();)
    it = std::get<2>(it->first) < day && changed_.count(it->first) == 0 ? days_.erase(it) : ++it;
}

}  // namespace picket::controller
