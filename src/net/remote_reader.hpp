// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "formats/header_reader.hpp"
#include "net/hub.hpp"

namespace canirun::net {

/// Reads headers of the files of a listed model, from the cache where that still holds. What `desk` refers to must outlive
/// it.
std::unique_ptr<formats::HeaderReader> remote_reader(Desk desk, RemoteModel model);

}  // namespace canirun::net
