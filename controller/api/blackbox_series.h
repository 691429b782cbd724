// What blackbox_exporter tells of a probe's last exchange, under its names, from what a run found:
// so that dashboards made for it work. Pure. No text of the target is a label, but for the names
// in a certificate that was accepted, and these are cut.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/run.h"

namespace picket::controller {

struct NamedSample {
  std::string_view metric;  // of blackbox_metrics()
  std::string labels;       // ",version=\"TLS 1.3\"", or empty
  double value{0};
};

struct BlackboxMetric {
  std::string_view name;
  std::string_view help;
};
const std::vector<BlackboxMetric>& blackbox_metrics();

// Of the last attempt of a run. What an attempt did not find has no sample.
std::vector<NamedSample> make_blackbox_samples(const Attempt& attempt);

// FNV-1a, 32 bits, of an address's 4 or 16 bytes, as blackbox_exporter counts addresses.
// Returns nothing for what is no address: "203.0.113.7:443", "[2001:db8::1]:443", "::1".
struct AddressFacts {
  int protocol{4};  // 4 or 6
  std::uint32_t hash{0};
};
std::optional<AddressFacts> address_facts(std::string_view address);

}  // namespace picket::controller
