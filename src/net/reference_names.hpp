// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "net/reference.hpp"

/// The rules that hubs and registries have for names, and the addresses of their pages. Nothing becomes part of an address
/// before it has passed here.
namespace canirun::net {

/// Owner or repository of a hub: letters, digits, "-", "_", ".", at most 96.
bool is_hub_name(std::string_view name);
/// Branch, tag or commit ("main", "refs/pr/1").
bool is_revision(std::string_view name);
/// What stands behind a colon: "Q4_K_M".
bool is_quant_name(std::string_view name);
/// Name or tag in Ollama's registry: as a hub's, not starting with "-" or ".", at most 80. A namespace has no dots.
bool is_tag_part(std::string_view name);
bool is_namespace(std::string_view name);

/// Parts between slashes; empty ones stay.
std::vector<std::string_view> split_path(std::string_view path);

/// "OWNER/REPO[@REVISION][/PATH][:QUANT]" or the path of a page of a hub, "OWNER/REPO/blob/main/FILE", into `reference`,
/// whose host is set. `text` is the whole, for messages.
Result<void> read_hub_path(std::string_view path, Reference& reference);

/// "[NAMESPACE/]NAME[:TAG]" into `reference`.
Result<void> read_tag(std::string_view path, Reference& reference);

/// Checks and sorts a path inside a repository: a file by its ending, else a folder.
Result<void> set_path_in_repository(std::string_view escaped_path, Reference& reference);

}  // namespace canirun::net
