// Text as words and variables of a bash command line. Pure; the agent itself never starts
// a shell, these lines are for people.
#pragma once

#include <string>
#include <string_view>

namespace picket::agent {

// One word: plain, in '...', or in $'...' where bytes need escapes.
std::string shell_quote(std::string_view text);

// "SHOP_PASSWORD" of "shop-password": what a shell takes as a variable's name.
std::string variable_name(std::string_view text);

}  // namespace picket::agent
