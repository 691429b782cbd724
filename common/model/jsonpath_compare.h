// RFC 9535's comparisons (2.3.5.2.2) and the budget that all evaluation draws on. Private to
// common/model. Pure; one thread per budget.
#pragma once

#include <cstdint>

#include "common/model/jsonpath_query.h"

namespace picket::jsonpath {

// What one evaluation may cost: a unit is a value visited, or kBytesPerUnit bytes of text read or
// written. When it is spent, everything that draws on it ends early, with any result.
class Work {
 public:
  static constexpr std::int64_t kUnitsMax = 1'000'000;
  static constexpr std::size_t kBytesPerUnit = 16;

  bool spend(std::int64_t units) {
    left_ -= units;
    return left_ >= 0;
  }
  bool spend_text(std::size_t bytes) {
    return spend(1 + static_cast<std::int64_t>(bytes / kBytesPerUnit));
  }
  bool spent() const { return left_ < 0; }

 private:
  std::int64_t left_{kUnitsMax};
};

// Null pointers are the special result Nothing. Numbers compare by value, exactly; texts by code
// point; < and > hold for two numbers or two texts only; <= and >= also where == holds.
bool compare(const Json* left, CompareOp op, const Json* right, Work& work);

}  // namespace picket::jsonpath
