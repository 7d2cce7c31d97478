// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

/// The layout of the Hugging Face cache (huggingface_hub's guide "Understand caching"; llama.cpp uses the same one since
/// 2026, common/hf-cache.cpp):
///   models--OWNER--REPO/blobs/HASH                the files, under their hashes; HASH.incomplete while downloading
///   models--OWNER--REPO/refs/main                 the commit that the branch "main" had when it was last asked for
///   models--OWNER--REPO/snapshots/COMMIT/FILE     links to the blobs under the files' names (files where links cannot be)
namespace canirun::store {

/// "models--OWNER--REPO" -> "OWNER/REPO"; empty for any other name.
std::string repo_of_cache_folder(std::string_view own_name);

/// The folder of the snapshot that is in use, for the path of a repository in the cache: the one that refs/main names,
/// else the only or newest one. Nothing when the path is none.
std::optional<std::string> snapshot_folder(const std::string& repo_folder);

}  // namespace canirun::store
