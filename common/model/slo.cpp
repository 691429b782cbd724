#include "common/model/slo.h"

namespace picket {

std::string_view to_string(BudgetBy by) { return by == BudgetBy::rounds ? "rounds" : "runs"; }

}  // namespace picket
