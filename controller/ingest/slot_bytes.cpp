#include "controller/ingest/slot_bytes.h"

#include "common/model/schedule.h"

namespace picket::controller {
namespace {

constexpr Millis kDay = hours{24};

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

std::string pack(const SlotBytes& slots) {
  std::string packed;
  for (const auto& [interval, bytes] : slots) {
    append_number(packed, static_cast<std::uint64_t>(interval.count()));
    append_number(packed, bytes.size());
    packed.append(bytes.begin(), bytes.end());
  }
  return packed;
}

std::optional<SlotBytes> unpack(std::string_view packed) {
  SlotBytes slots;
  while (!packed.empty()) {
    const auto interval = take_number(packed);
    const auto size = take_number(packed);
    if (!interval || !size || *interval == 0 || *size > packed.size()) return std::nullopt;
    const std::string_view bytes = packed.substr(0, *size);
    slots[Millis{static_cast<std::int64_t>(*interval)}].assign(bytes.begin(), bytes.end());
    packed.remove_prefix(*size);
  }
  return slots;
}

std::size_t slot_index(WallTime round, Millis interval) {
  const std::int64_t into_day = (round - round_start(round, kDay)).count();
  return static_cast<std::size_t>(into_day / interval.count());
}

WallTime slot_round(std::int64_t day, Millis interval, std::size_t index) {
  const Millis begin = kDay * day;
  const Millis first = round_start(WallTime{begin + interval - Millis{1}}, interval).since_epoch;
  return WallTime{first + interval * static_cast<std::int64_t>(index)};
}

void set_durations(SlotBytes& slots, const std::vector<SlotDuration>& durations) {
  for (const SlotDuration& one : durations) {
    auto& bytes = slots[one.interval];
    if (one.index >= bytes.size()) bytes.resize(one.index + 1);
    bytes[one.index] = one.code;
  }
}

}  // namespace picket::controller
