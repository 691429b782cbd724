// A series of pings: the action of `icmp`. Plain value; texts may hold ${{ }} templates until a
// run fills them (action.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/time.h"
#include "common/model/text_part.h"

namespace picket {

struct IcmpAction {
  static constexpr std::string_view kKind{"icmp"};
  static constexpr int kCountMax = 20;
  static constexpr std::uint64_t kSizeMin = 20;
  static constexpr std::uint64_t kSizeMax = 8'000;

  std::string host;
  int count{3};
  Millis interval{200};
  std::uint64_t size_bytes{56};   // of the payload, without headers
  std::string ip_version{"any"};  // any, 4, 6
  bool operator==(const IcmpAction&) const = default;

  std::string_view target() const { return host; }
};

template <class Visit>
void each_text(IcmpAction& action, Visit visit) {
  visit(action.host, TextPart{"host"});
}

}  // namespace picket
