// What the routes of the people's API share: answers, errors as JSON, and what is in a request.
// Pure functions; no route and no policy stands here.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/core/time.h"
#include "controller/server/handler.h"

namespace picket::controller {

ServerResponse json(std::string body, int status = 200);  // a JSON text
ServerResponse text(int status, std::string body);        // of Prometheus's text type

// The error's document, with the status that its code has.
ServerResponse problem(const Error& error);
ServerResponse problem(ErrorCode code, std::string message, std::string hint = {});
ServerResponse answer(const Result<std::string>& body, int status = 200);

// not_found, with the name made fit for a line.
Error no_check(const std::string& name);

// The `*` of a pattern as it stands in a path; nothing when they do not fit.
std::optional<std::string> match_path(std::string_view pattern, std::string_view path);

// ?limit=N, at most 1,000; `fallback` without one.
std::size_t limit_of(const ServerRequest& request, std::size_t fallback);

// ?NAME=, a time of RFC 3339; `usual` without one, invalid_argument when there is none either.
Result<WallTime> time_of(const ServerRequest& request, const char* name,
                         std::optional<WallTime> usual = {});

// invalid_argument unless `from` is before `to`.
Status check_range(WallTime from, WallTime until);

// The object of the body; an empty one for anything else.
nlohmann::json parse_body(const ServerRequest& request);

// "" when it is absent or no text.
std::string text_of(const nlohmann::json& body, const char* key);

}  // namespace picket::controller
