#include "controller/routes/check_routes.h"

#include <charconv>
#include <utility>

#include "controller/api/slo_json.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

constexpr std::size_t kPoints = 120;
constexpr std::size_t kPointsMax = 1000;

Result<std::size_t> points_in(const ServerRequest& request) {
  const auto text = request.query_value("points");
  if (!text) return kPoints;
  std::size_t points = 0;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, points);
  if (parsed.ec != std::errc{} || parsed.ptr != end || points < 2 || points > kPointsMax)
    return fail(ErrorCode::invalid_argument, "`points` is a number from 2 to 1000", "points=120");
  return points;
}

}  // namespace

std::vector<OfferedRoute> CheckRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = CheckRoutes;
  return {
      {"GET", "/api/v1/checks/*/slo", false, 200, to(&R::slo)},
  };
}

CheckRoutes::Answer CheckRoutes::slo(ServerRequest request, std::string name) {
  const CheckName check{std::move(name)};
  const Evaluator& evaluator = ports_.turn.evaluator();
  if (!evaluator.view(check)) co_return fail(no_check(check.value));
  const auto points = points_in(request);
  if (!points) co_return fail(points.error());
  const auto burn_down = evaluator.burn_down(check, *points);
  if (!burn_down)
    co_return fail(ErrorCode::not_found, "`" + check.value + "` has no objective",
                   "add `slo` to the check");
  co_return render_burn_down(check, *burn_down);
}

}  // namespace picket::controller
