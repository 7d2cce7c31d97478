// SPDX-License-Identifier: MIT
#include "store/hub_cache.hpp"

#include <algorithm>

#include "store/files.hpp"

namespace canirun::store {
namespace {

constexpr std::string_view k_prefix = "models--";
/// A commit's name, with room for a line end.
constexpr std::uint64_t k_most_ref_bytes = 256;
constexpr std::size_t k_most_snapshots = 10'000;

/// A name that stays within its folder.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

}  // namespace

std::string repo_of_cache_folder(std::string_view own_name) {
  if (!own_name.starts_with(k_prefix)) return {};
  std::string repo(own_name.substr(k_prefix.size()));
  // Names of owners hold no "--"; those of repositories may.
  const std::size_t at = repo.find("--");
  if (at != std::string::npos) repo.replace(at, 2, "/");
  return repo;
}

std::optional<std::string> snapshot_folder(const std::string& repo_folder) {
  if (repo_of_cache_folder(split(repo_folder).name).empty()) return std::nullopt;
  const std::string snapshots = joined(repo_folder, "snapshots");
  if (const Result<std::string> ref = read_text(joined(repo_folder, "refs/main"), k_most_ref_bytes)) {
    const std::string commit = ref->substr(0, ref->find_first_of("\r\n"));
    const std::string folder = joined(snapshots, commit);
    if (is_plain_name(commit) && state_of(folder).kind == PathKind::folder) return folder;
  }
  const std::vector<std::string> commits = names_in(snapshots, k_most_snapshots);
  const auto newest = std::max_element(commits.begin(), commits.end(), [&](const std::string& a, const std::string& b) {
    return changed_at_s(joined(snapshots, a)) < changed_at_s(joined(snapshots, b));
  });
  if (newest == commits.end()) return std::nullopt;
  return joined(snapshots, *newest);
}

}  // namespace canirun::store
