#include "common/http/http_client.h"

#include "common/core/text.h"

namespace picket::http {

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (iequals_ascii(key, name)) return value;
  return std::nullopt;
}

}  // namespace picket::http
