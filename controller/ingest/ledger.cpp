#include "controller/ingest/ledger.h"

#include "common/model/schedule.h"

namespace picket::controller {
namespace {

constexpr Millis kDay = hours{24};

LedgerCode get(const std::vector<std::uint8_t>& slots, std::size_t index) {
  if (index / 2 >= slots.size()) return LedgerCode::open;
  return static_cast<LedgerCode>(slots[index / 2] >> (index % 2 * 4) & 15);
}

void set(std::vector<std::uint8_t>& slots, std::size_t index, LedgerCode state) {
  if (index / 2 >= slots.size()) slots.resize(index / 2 + 1);
  const auto shift = index % 2 * 4;
  auto& byte = slots[index / 2];
  byte =
      static_cast<std::uint8_t>((byte & ~(15U << shift)) | static_cast<unsigned>(state) << shift);
}

void append_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 255);
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  if (text.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(text[i]);
  text.remove_prefix(8);
  return number;
}

}  // namespace

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

// Rounds of a day are counted from the first that starts in it, so that intervals which do not
// divide a day work too.
std::size_t Ledger::index_of(WallTime round, Millis interval) {
  const std::int64_t into_day = (round - round_start(round, kDay)).count();
  return static_cast<std::size_t>(into_day / interval.count());
}

bool Ledger::decide(const SlotId& slot, Millis interval, LedgerCode state) {
  const Key key{slot.check, slot.region, day_of(slot.round)};
  Slots& slots = days_[key][interval];
  const std::size_t index = index_of(slot.round, interval);
  const LedgerCode now = get(slots, index);
  if (now != LedgerCode::open && !(is_missed(now) && is_ran(state))) return false;
  set(slots, index, state);
  changed_.insert(key);
  return true;
}

LedgerCode Ledger::state(const SlotId& slot, Millis interval) const {
  const auto day = days_.find(Key{slot.check, slot.region, day_of(slot.round)});
  if (day == days_.end()) return LedgerCode::open;
  const auto slots = day->second.find(interval);
  if (slots == day->second.end()) return LedgerCode::open;
  return get(slots->second, index_of(slot.round, interval));
}

std::vector<Ledger::Day> Ledger::take_changed() {
  std::vector<Day> taken;
  for (const Key& key : changed_) {
    Day day{std::get<0>(key), std::get<1>(key), std::get<2>(key), {}};
    for (const auto& [interval, slots] : days_.at(key)) {
      append_number(day.codes, static_cast<std::uint64_t>(interval.count()));
      append_number(day.codes, slots.size());
      day.codes.append(slots.begin(), slots.end());
    }
    taken.push_back(std::move(day));
  }
  changed_.clear();
  return taken;
}

bool Ledger::restore(const Day& day) {
  Codes codes;
  std::string_view rest = day.codes;
  while (!rest.empty()) {
    const auto interval = take_number(rest);
    const auto size = take_number(rest);
    if (!interval || !size || *interval == 0 || *size > rest.size()) return false;
    const std::string_view bytes = rest.substr(0, *size);
    codes[Millis{static_cast<std::int64_t>(*interval)}].assign(bytes.begin(), bytes.end());
    rest.remove_prefix(*size);
  }
  days_[Key{day.check, day.region, day.day}] = std::move(codes);
  return true;
}

void Ledger::forget_before(std::int64_t day) {
  for (auto it = days_.begin(); it != days_.end();)
    it = std::get<2>(it->first) < day && changed_.count(it->first) == 0 ? days_.erase(it) : ++it;
}

}  // namespace picket::controller
