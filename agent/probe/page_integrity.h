// Subresource integrity (W3C SRI, 3.3): whether a resource is the one its page names. Pure; it
// never fetches and does not look at CORS, which needs a browser.
#pragma once

#include <string>
#include <string_view>

namespace picket::agent {

// Whether `body` (decoded) fits the integrity attribute: one of the hashes of the strongest
// algorithm in it, of sha256, sha384 and sha512. An attribute without such a hash fits anything.
bool integrity_holds(std::string_view attribute, std::string_view body);

// "sha384-...": the hash of `body` in the strongest algorithm of the attribute; for messages.
std::string integrity_of(std::string_view attribute, std::string_view body);

}  // namespace picket::agent
