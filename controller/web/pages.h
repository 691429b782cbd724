// The web interface over HTTP: which request is one for a page or an asset, and the headers that
// keep its pages from running or loading anything that is not the controller's own. Pure.
#pragma once

#include <optional>
#include <span>

#include "controller/server/handler.h"
#include "controller/web/assets.h"

namespace picket::controller {

// Of a path of the interface: a page, an asset, 304 where `if-none-match` holds, 404 for an asset
// that does not exist. Without assets every page says how to build them. Nothing for any other path
// or method: the request is not the interface's.
std::optional<ServerResponse> answer_page(const ServerRequest& request,
                                          std::span<const Asset> assets);

// What every page is sent with beside its own headers.
void protect_page(ServerResponse& response);

}  // namespace picket::controller
