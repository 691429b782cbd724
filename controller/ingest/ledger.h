// The ledger: every slot (check, region, round) ends in exactly one state. Kept as one code per
// slot and UTC day, flushed as rows now and then; rebuilt from the event log after a crash.
// Durations of runs are only held until they are flushed: nothing is decided by them.
// Pure state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "controller/evaluate/effects.h"
#include "controller/ingest/slot_bytes.h"

namespace picket::controller {

// Stored as four bits: the numbers never change their meaning.
enum class LedgerCode : std::uint8_t {
  open = 0,  // not decided yet, or not a slot of this check
  ran_good = 1,
  ran_degraded = 2,
  ran_bad = 3,
  ran_unknown = 4,
  missed_offline = 5,
  missed_overloaded = 6,
  missed_no_definition = 7,
  missed_clock = 8,
  skipped = 9,
};

// How the end of a slot is kept.
LedgerCode ledger_code_of(const SlotOutcome& slot);
std::string_view to_string(LedgerCode state);
bool is_ran(LedgerCode state);
bool is_missed(LedgerCode state);

struct SlotId {
  CheckName check;
  RegionName region;
  WallTime round;
};

// Of unpacked codes, two slots per byte; open behind their end.
LedgerCode code_at(const std::vector<std::uint8_t>& codes, std::size_t index);

// Where `codes` of a day are open, what an older row of it says.
void fill_open(SlotBytes& codes, const SlotBytes& older);

class Ledger {
 public:
  // Decides a slot. True when the state was taken: an open slot takes any state; a missed one may
  // become ran once; everything else stays (the caller's result is superseded). `duration` is a
  // step of duration_scale.h, kept when the state was taken; 0: none.
  bool decide(const SlotId& slot, Millis interval, LedgerCode state, std::uint8_t duration = 0);

  LedgerCode state(const SlotId& slot, Millis interval) const;

  // Under which interval a run of the slot is kept: that of the definition in force, unless a late
  // run is of one before, whose slots of that day are known. Nothing: it has no slot at all.
  std::optional<Millis> interval_of(const SlotId& slot, Millis in_force, bool late) const;

  struct Day {
    CheckName check;
    RegionName region;
    std::int64_t day{0};                  // days since 1970-01-01 UTC
    std::string codes;                    // packed, two slots per byte
    std::vector<SlotDuration> durations;  // of slots decided since the last take_changed()
  };
  // Days changed since the last call.
  std::vector<Day> take_changed();
  // Days of a check that are in memory, from_day and until_day included, by region; durations that
  // were taken are in the store.
  std::vector<Day> days_of(const CheckName& check, std::int64_t from_day,
                           std::int64_t until_day) const;
  bool restore(const Day& day);  // false when the codes are damaged: that day is left out

  // Days before this one leave memory (the store keeps them). They must have been taken.
  void forget_before(std::int64_t day);

  static std::int64_t day_of(WallTime at);

 private:
  using Key = std::tuple<CheckName, RegionName, std::int64_t>;
  Day make_day(const Key& key) const;  // of one in days_

  std::map<Key, SlotBytes> days_;
  std::map<Key, std::vector<SlotDuration>> changed_;
};

}  // namespace picket::controller
