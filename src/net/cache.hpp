// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::net {

/// Answers kept on disk, each in a file named by the hash of its key. Written whole or not at all, readable by the user
/// alone, at most 64 MiB together (what was used longest ago goes first). Several processes may use one folder at once.
/// What is damaged or not ours is as if it were not there. Trouble with the disk never fails anything: it just is not kept.
class Cache {
 public:
  struct Entry {
    std::string etag;  ///< empty: the key names the content, nothing to ask
    std::string body;
  };
  struct Usage {
    std::uint64_t entries = 0, bytes = 0;
  };

  /// `folder` is made when the first entry is written; empty: nothing is kept.
  explicit Cache(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::optional<Entry> find(const std::string& key) const;
  void keep(const std::string& key, const Entry& entry) const;
  [[nodiscard]] Usage usage() const;
  /// Removes what we wrote, and nothing else. How much that was; an error when something cannot be removed.
  Result<Usage> clear() const;
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  [[nodiscard]] std::string path_of(const std::string& key) const;
  void make_room(std::uint64_t bytes) const;

  std::string folder_;
};

}  // namespace canirun::net
