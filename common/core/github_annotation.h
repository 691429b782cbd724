// The escapes of GitHub's workflow commands (`::error file=...::message`), for what annotates a
// change there. Pure text.
// Source: docs.github.com, "Workflow commands for GitHub Actions"; actions/toolkit, command.ts.
#pragma once

#include <string>
#include <string_view>

namespace picket {

// A message: % and the line ends.
std::string github_message(std::string_view text);

// A property, such as file or title: also the colon and the comma that would end it.
std::string github_property(std::string_view text);

}  // namespace picket
