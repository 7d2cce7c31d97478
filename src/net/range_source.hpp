// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/byte_source.hpp"
#include "net/http.hpp"

namespace canirun::net {

/// A file of a server, to be read by ranges.
struct RemoteFile {
  std::string name;  ///< for messages, and the name of the header that is read from it
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< a token, say; goes to the url's own host only
  std::optional<std::uint64_t> bytes = {};                        ///< length, when a listing told it
  std::uint64_t first_bytes = 512U << 10U;                        ///< of the first request
  /// What a status that is no success means at this host.
  std::function<Error(const HttpResponse&)> explain = {};
};

/// Fetches what is asked for and a little more: the window doubles while reading goes on (a header's length is not known in
/// advance), and whatever is skipped beyond its end is never asked for. Windows stop growing at 2 MiB: on a usual line a
/// longer one costs more in bytes nobody reads than it saves in round trips.
class RangeSource : public formats::ByteSource {
 public:
  RangeSource(HttpClient& client, RemoteFile file);

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] const std::string& name() const override { return file_.name; }

  /// Asks for the first window, if it is another file than the one of this ETag. True: it is still the same, nothing came.
  Result<bool> unchanged_since(const std::string& etag);
  /// ETag of what has been read; empty when the server gives none.
  [[nodiscard]] const std::string& etag() const { return etag_; }

 private:
  Result<HttpResponse> ask(std::uint64_t first, std::uint64_t length, const std::string& known_etag = {});
  Result<void> fetch(std::uint64_t offset, std::uint64_t least);
  Result<void> take(HttpResponse response, std::uint64_t first, std::uint64_t length);
  Result<void> take_part(HttpResponse& response, std::uint64_t first, std::uint64_t length);
  Result<void> take_whole(HttpResponse& response);
  Result<void> check_version(const HttpResponse& response);
  tl::unexpected<Error> trouble(std::string message, std::string hint = {}) const;

  HttpClient& client_;
  RemoteFile file_;
  std::string place_;  ///< where the file was found behind redirects, and is asked for from then on
  std::string etag_;
  std::optional<std::uint64_t> size_;
  std::uint64_t start_ = 0;  ///< offset of the window
  std::string window_;
  std::uint64_t next_bytes_;
  bool has_answered_ = false, has_ranges_ = true;
};

/// A body that is a web page although a file was asked for: a login page, a page about the file.
bool is_web_page(const HttpResponse& response);

}  // namespace canirun::net
