// How reloads of the configuration have ended, for metrics and /readyz. Owned by the controller;
// plain numbers, one executor.
#pragma once

#include <cstdint>

#include "common/core/time.h"

namespace picket::controller {

class ConfigReloads {
 public:
  // The start is the first configuration that came into force.
  explicit ConfigReloads(WallTime start) : last_success_(start) {}

  void succeeded(WallTime at) {
    ++succeeded_;
    last_success_ = at;
    good_ = true;
  }
  void failed() {
    ++failed_;
    good_ = false;
  }

  bool good() const { return good_; }  // the newest configuration is in force
  WallTime last_success() const { return last_success_; }
  std::uint64_t successes() const { return succeeded_; }  // since the start, without it
  std::uint64_t failures() const { return failed_; }

 private:
  bool good_{true};
  WallTime last_success_;
  std::uint64_t succeeded_{0};
  std::uint64_t failed_{0};
};

}  // namespace picket::controller
