#include "controller/incident/recent_deployments.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/core/digest.h"
#include "controller/incident/keys.h"

namespace picket::controller {
namespace {

constexpr std::size_t kIdDigits = 16;

}  // namespace

bool RecentDeployments::add(const DeploymentRow& deployment) {
  if (!by_time_.emplace(std::pair{deployment.at, deployment.id}, deployment).second) return false;
  const WallTime newest = by_time_.rbegin()->first.first;
  while (by_time_.size() > kDeploymentsRemembered ||
         newest - by_time_.begin()->first.first > kDeploymentMemory)
    by_time_.erase(by_time_.begin());
  return true;
}

std::vector<DeploymentRow> RecentDeployments::before(const std::string& service,
                                                     const std::string& owner,
                                                     WallTime start) const {
  std::vector<DeploymentRow> out;
  const auto first = by_time_.lower_bound({start - kDeploymentNearness, {}});
  for (auto it = first; it != by_time_.end() && it->first.first <= start; ++it)
    if (is_near(it->second, service, owner, start)) out.push_back(it->second);
  std::reverse(out.begin(), out.end());
  return out;
}

std::string service_of(const Check& check) {
  if (!check.service.empty()) return check.service;
  const auto label = check.labels.find("service");
  return label == check.labels.end() ? std::string{} : label->second;
}

bool is_near(const DeploymentRow& deployment, const std::string& service, const std::string& owner,
             WallTime start) {
  if (deployment.at > start || start - deployment.at > kDeploymentNearness) return false;
  if (!service.empty()) return deployment.service == service;
  return !owner.empty() && deployment.team == owner;
}

std::string describe(const DeploymentRow& deployment, WallTime start) {
  const auto whole = std::chrono::duration_cast<minutes>(start - deployment.at);
  return fmt::format("{} {} deployed {} min before", deployment.service, deployment.version,
                     whole.count());
}

std::string make_deployment_id(const DeploymentRow& deployment) {
  return sha256_hex(join_unambiguously({deployment.service, deployment.version, deployment.team,
                                        std::to_string(deployment.at.unix_ms())}))
      .substr(0, kIdDigits);
}

}  // namespace picket::controller
