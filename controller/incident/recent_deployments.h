// The deployments of the last day, to say of an incident what was deployed shortly before it began.
// Owned by the incident book, told at a start what the store knows. Pure, no clock.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/model/check.h"
#include "controller/store/rows.h"

namespace picket::controller {

inline constexpr Millis kDeploymentNearness = hours{1};  // an incident that begins within it
inline constexpr Millis kDeploymentMemory = hours{25};   // older ones explain no new incident
inline constexpr std::size_t kDeploymentsRemembered = 10'000;

class RecentDeployments {
 public:
  // False when one of this id is known. Forgets what is older than kDeploymentMemory before it.
  bool add(const DeploymentRow& deployment);

  // Within kDeploymentNearness before `start`, of the service or, where the check names no service,
  // of the team that owns it; newest first.
  std::vector<DeploymentRow> before(const std::string& service, const std::string& owner,
                                    WallTime start) const;

 private:
  std::map<std::pair<WallTime, std::string>, DeploymentRow> by_time_;
};

// The service that a check watches: its `service`, else its label of that name; may be empty.
std::string service_of(const Check& check);

// Whether an incident of that service and owner, begun at `start`, is near the deployment.
bool is_near(const DeploymentRow& deployment, const std::string& service, const std::string& owner,
             WallTime start);

// "shop 1.2.3 deployed 12m before"
std::string describe(const DeploymentRow& deployment, WallTime start);

// Deterministic: a client that asks again after a timeout records it once.
std::string make_deployment_id(const DeploymentRow& deployment);

}  // namespace picket::controller
