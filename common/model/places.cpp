#include "common/model/places.h"

#include <array>
#include <string>

#include "common/core/text.h"

namespace picket {
namespace {

struct Place {
  std::string_view continent;
  std::string_view names;  // three letters each, one space between them
};

constexpr std::array kPops{
#define PICKET_POPS(continent, codes) Place{continent, codes},
#define PICKET_REGION(prefix, continent)
#include "common/model/places.def"
#undef PICKET_POPS
#undef PICKET_REGION
};

constexpr std::array kRegions{
#define PICKET_POPS(continent, codes)
#define PICKET_REGION(prefix, continent) Place{continent, prefix},
#include "common/model/places.def"
#undef PICKET_POPS
#undef PICKET_REGION
};

constexpr std::size_t kCodeLetters = 3;
constexpr std::size_t kCodeStep = kCodeLetters + 1;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::string_view continent_of_pop(std::string_view pop) {
  const std::string name = to_lower_ascii(pop);
  if (name.size() < kCodeLetters) return {};
  for (std::size_t i = 0; i < kCodeLetters; ++i)
    if (!is_letter(name[i])) return {};
  if (name.size() > kCodeLetters && is_letter(name[kCodeLetters])) return {};
  for (const Place& place : kPops)
    for (std::size_t at = 0; at < place.names.size(); at += kCodeStep)
      if (iequals_ascii(place.names.substr(at, kCodeLetters), pop.substr(0, kCodeLetters)))
        return place.continent;
  return {};
}

std::string_view continent_of_region(std::string_view region) {
  const std::string name = to_lower_ascii(region);
  const Place* best = nullptr;
  for (const Place& place : kRegions)
    if (name.starts_with(place.names) &&
        (best == nullptr || place.names.size() > best->names.size()))
      best = &place;
  return best != nullptr ? best->continent : continent_of_pop(name);
}

std::string_view continent_of_label(std::string_view label) {
  for (const std::string_view continent : {"AF", "AS", "EU", "NA", "OC", "SA"})
    if (iequals_ascii(label, continent)) return continent;
  return {};
}

}  // namespace picket
