// SPDX-License-Identifier: MIT
#include "net/cache.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "net/system.hpp"

namespace canirun::net {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_most_bytes = 64U << 20U;
constexpr std::uint64_t k_most_entry_bytes = 8U << 20U;
constexpr std::string_view k_ending = ".entry";
/// First line of every entry; the number changes with what the lines and bodies mean.
constexpr std::string_view k_first_line = "canirun cache 1";

/// FNV-1a, 64 bits. Names files and notices damage; an entry also holds its key, so that two keys never get mixed up.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}
std::string hexadecimal(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = out.size(); i-- > 0; value >>= 4U) out[i] = "0123456789abcdef"[value & 15U];
  return out;
}

/// Over everything an entry says.
std::string sum_of(const std::string& key, std::string_view etag, std::string_view body) {
  return hexadecimal(hash_of(body) ^ hash_of(key + "\n" + std::string(etag)));
}

/// Takes the next line off `text`; nothing when there is none.
std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// One of our files: an entry, or one that was being written when its process died.
bool is_ours(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() > 16 + k_ending.size() - 1 && name.find(k_ending) == 16 &&
         std::all_of(name.begin(), name.begin() + 16,
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

struct KeptFile {
  fs::path path;
  std::uint64_t bytes = 0;
  fs::file_time_type used;
};
std::vector<KeptFile> kept_files(const std::string& folder) {
  std::vector<KeptFile> files;
  std::error_code error;
  if (folder.empty()) return files;
  for (fs::directory_iterator at(native_path(folder), error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;  // another process may have removed it by now
    if (!is_ours(at->path()) || !at->is_regular_file(gone) || at->is_symlink(gone)) continue;
    const std::uint64_t bytes = at->file_size(gone);
    const fs::file_time_type used = at->last_write_time(gone);
    if (!gone) files.push_back({at->path(), bytes, used});
  }
  return files;
}

}  // namespace

std::string Cache::path_of(const std::string& key) const {
  return folder_ + "/" + hexadecimal(hash_of(key)) + std::string(k_ending);
}

std::optional<Cache::Entry> Cache::find(const std::string& key) const {
  if (folder_.empty()) return std::nullopt;
  const std::optional<std::string> text = read_kept_file(path_of(key), k_most_entry_bytes);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  const auto first = next_line(rest), entry_key = next_line(rest), etag = next_line(rest), sum = next_line(rest);
  if (first != k_first_line || entry_key != key || !etag || sum != sum_of(key, *etag, rest)) return std::nullopt;
  return Entry{std::string(*etag), std::string(rest)};
}

void Cache::keep(const std::string& key, const Entry& entry) const {
  const bool has_break = (key + entry.etag).find_first_of("\r\n") != std::string::npos;
  if (folder_.empty() || has_break || entry.body.size() + key.size() + 1024 > k_most_entry_bytes) return;
  std::error_code error;
  fs::create_directories(native_path(folder_).parent_path(), error);
  if (!make_private_folder(folder_)) return;
  make_room(entry.body.size());
  const std::string head =
      std::string(k_first_line) + "\n" + key + "\n" + entry.etag + "\n" + sum_of(key, entry.etag, entry.body) + "\n";
  write_kept_file(path_of(key), head + entry.body);
}

void Cache::make_room(std::uint64_t bytes) const {
  std::vector<KeptFile> files = kept_files(folder_);
  std::uint64_t total = bytes;
  for (const KeptFile& file : files) total += file.bytes;
  if (total <= k_most_bytes) return;
  std::sort(files.begin(), files.end(), [](const KeptFile& a, const KeptFile& b) { return a.used < b.used; });
  for (const KeptFile& file : files) {
    if (total <= k_most_bytes) return;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    total -= file.bytes;
  }
}

Cache::Usage Cache::usage() const {
  Usage usage;
  for (const KeptFile& file : kept_files(folder_)) {
    ++usage.entries;
    usage.bytes += file.bytes;
  }
  return usage;
}

Result<Cache::Usage> Cache::clear() const {
  Usage removed;
  for (const KeptFile& file : kept_files(folder_)) {
    std::error_code error;
    fs::remove(file.path, error);
    if (error) return fail(ErrorKind::io, "cannot remove " + file.path.string() + ": " + error.message());
    ++removed.entries;
    removed.bytes += file.bytes;
  }
  return removed;
}

}  // namespace canirun::net
