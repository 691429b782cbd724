#include "common/jose/jwt.h"

#include <fmt/format.h>

#include <optional>

#include "common/core/text.h"
#include "common/jose/base64url.h"
#include "common/jose/json_text.h"

namespace picket::jose {
namespace {

using nlohmann::json;

std::optional<json> object_in(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes) return std::nullopt;
  json value = parse_json(*bytes);
  if (!value.is_object()) return std::nullopt;
  return value;
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view token) {
  if (token.size() > kJwtBytesMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} bytes, at most {}", token.size(), kJwtBytesMax));
  const std::vector<std::string> parts = split(token, '.');
  if (parts.size() != 3)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} parts between dots, a signed token has 3", parts.size()));
  const auto header = object_in(parts[0]);
  if (!header)
    return fail(ErrorCode::invalid_argument, "the header is no JSON object in base64url");
  auto claims = object_in(parts[1]);
  if (!claims)
    return fail(ErrorCode::invalid_argument, "the claims are no JSON object in base64url");
  auto signature = from_base64url(parts[2]);
  if (!signature) return fail(ErrorCode::invalid_argument, "the signature is no base64url");
  if (header->contains("crit"))
    return fail(ErrorCode::invalid_argument, "the header demands an extension (`crit`)");
  Jwt jwt;
  jwt.alg = text_in(*header, "alg");
  jwt.kid = text_in(*header, "kid");
  jwt.typ = text_in(*header, "typ");
  jwt.claims = std::move(*claims);
  jwt.signing_input = parts[0] + '.' + parts[1];
  jwt.signature = std::move(*signature);
  return jwt;
}

}  // namespace picket::jose
