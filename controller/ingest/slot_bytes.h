// What is kept of the slots of one (check, region, UTC day), by the interval that the check had: a
// definition may change within a day. The stored form is, for each interval, its milliseconds and
// the number of bytes, each 8 bytes big-endian, then the bytes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/time.h"

namespace picket::controller {

using SlotBytes = std::map<Millis, std::vector<std::uint8_t>>;

std::string pack(const SlotBytes& slots);
std::optional<SlotBytes> unpack(std::string_view packed);  // nothing when it is damaged

// Rounds of a day are counted from the first that starts in it, so that intervals which do not
// divide a day work too.
std::size_t slot_index(WallTime round, Millis interval);

// The round of a slot of that day (days since 1970-01-01 UTC).
WallTime slot_round(std::int64_t day, Millis interval, std::size_t index);

// The duration of one slot, as a step of duration_scale.h.
struct SlotDuration {
  Millis interval{0};
  std::uint32_t index{0};
  std::uint8_t code{0};
  bool operator==(const SlotDuration&) const = default;
};

// Sets one byte per slot; slots between get 0.
void set_durations(SlotBytes& slots, const std::vector<SlotDuration>& durations);

}  // namespace picket::controller
