// The options of curl's command line: which take a value, which one a letter stands for, and which
// change nothing of what is asked. Of curl 7.88 to 8.17. Pure.
#pragma once

#include <string>

namespace picket::cli {

// "-H" as "--header"; what is no letter of curl stays as it is.
std::string long_curl_option(const std::string& letter);

// Whether the next word belongs to it, given in full: "--header".
bool takes_curl_value(const std::string& option);

// What is printed and kept, and how often it is tried: a check has its own words for that.
bool is_silent_curl_option(const std::string& option);

// Whether a TODO may show its value: no secret stands there.
bool is_public_curl_option(const std::string& option);

}  // namespace picket::cli
