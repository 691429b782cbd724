#include "controller/server/handler.h"

namespace picket::controller {
namespace {

std::optional<std::string> find(const std::vector<std::pair<std::string, std::string>>& pairs,
                                const std::string& name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return value;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ServerRequest::query_value(const std::string& name) const {
  return find(query, name);
}

std::optional<std::string> ServerRequest::header(const std::string& name) const {
  return find(headers, name);
}

}  // namespace picket::controller
