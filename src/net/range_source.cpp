// SPDX-License-Identifier: MIT
#include "net/range_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "net/url.hpp"

namespace canirun::net {
namespace {

constexpr std::uint64_t k_most_window_bytes = 2U << 20U;
/// From a server without ranges everything before the wanted byte comes along.
constexpr std::uint64_t k_most_without_ranges = 64U << 20U;
constexpr std::uint64_t k_growth_without_ranges = 4;
/// A server may send less than a whole range, but not so little that a header takes thousands of requests.
constexpr std::uint64_t k_least_piece_bytes = 16U << 10U;
constexpr const char* k_page_hint =
    "a login page of this network, or the page about the file instead of the file? On a hub its address has /resolve/ in it";

bool is_same_origin(const std::string& a, const std::string& b) {
  const Result<Url> left = parse_url(a), right = parse_url(b);
  return left && right && left->origin() == right->origin();
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "bytes 0-1023/146515" or "bytes */146515".
struct ContentRange {
  std::optional<std::uint64_t> first, last, total;
};
std::optional<ContentRange> content_range(std::string_view text) {
  if (!lower_case(text.substr(0, 6)).starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  ContentRange range;
  range.total = number(text.substr(slash + 1));  // "*": not known
  if (const std::string_view span = text.substr(0, slash); span != "*") {
    const std::size_t dash = span.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    range.first = number(span.substr(0, dash));
    range.last = number(span.substr(dash + 1));
    if (!range.first || !range.last) return std::nullopt;
  }
  return range;
}

/// Statuses of an address that was signed for a while, and is no more.
bool is_expired(int status) { return status == 401 || status == 403 || status == 404 || status == 410; }

}  // namespace

bool is_web_page(const HttpResponse& response) {
  if (lower_case(response.header("content-type")).starts_with("text/html")) return true;
  const std::string start = lower_case(std::string_view(response.body).substr(0, 64));
  const std::size_t first = std::min(start.find_first_not_of(" \t\r\n"), start.size());
  const std::string_view body = std::string_view(start).substr(first);
  return body.starts_with("<!doctype") || body.starts_with("<html") || body.starts_with("<?xml") ||
         body.starts_with("<head");
}

RangeSource::RangeSource(HttpClient& client, RemoteFile file)
    : client_(client), file_(std::move(file)), place_(file_.url), size_(file_.bytes), next_bytes_(file_.first_bytes) {}

tl::unexpected<Error> RangeSource::trouble(std::string message, std::string hint) const {
  return fail(ErrorKind::network, std::move(message), std::move(hint));  // readers say which file
}

Result<HttpResponse> RangeSource::ask(std::uint64_t first, std::uint64_t length, const std::string& known_etag) {
  HttpRequest request{.url = place_, .head_only = false, .headers = {}, .range = ByteRange{first, first + length - 1}};
  request.most_bytes = length;
  if (!has_ranges_) request.range.reset();
  if (!known_etag.empty()) request.headers.emplace_back("If-None-Match", known_etag);
  // The token is for the hub, not for where it sends us.
  const auto add_headers = [&] {
    if (is_same_origin(request.url, file_.url))
      request.headers.insert(request.headers.end(), file_.headers.begin(), file_.headers.end());
  };
  add_headers();
  Result<HttpResponse> answer = client_.send(request);
  if (answer && is_expired(answer->status) && place_ != file_.url) {
    request.headers.clear();
    request.url = place_ = file_.url;
    add_headers();
    answer = client_.send(request);
  }
  return answer;
}

Result<bool> RangeSource::unchanged_since(const std::string& etag) {
  Result<HttpResponse> answer = ask(0, next_bytes_, etag);
  if (!answer) return tl::unexpected<Error>(std::move(answer).error());
  if (answer->status == 304) return true;
  if (Result<void> taken = take(std::move(*answer), 0, next_bytes_); !taken) return tl::unexpected<Error>(taken.error());
  return false;
}

Result<void> RangeSource::check_version(const HttpResponse& response) {
  const std::string_view etag = response.header("etag");
  if (has_answered_ && etag != etag_) {
    return trouble("it changed while it was being read", "try again");
  }
  etag_ = etag;
  has_answered_ = true;
  return {};
}

Result<void> RangeSource::take_part(HttpResponse& response, std::uint64_t first, std::uint64_t length) {
  const std::optional<ContentRange> range = content_range(response.header("content-range"));
  if (!range || !range->first) return trouble("the server sends a part of it without saying which");
  const std::uint64_t last = first + length - 1;
  if (*range->first != first || *range->last > last || *range->last < first) {
    return trouble(
        fmt::format("bytes {} to {} were asked for, bytes {} to {} came", first, last, *range->first, *range->last));
  }
  if (range->total && size_ && *range->total != *size_) {
    return trouble(fmt::format("it has {} bytes, {} were expected", *range->total, *size_),
                   "it may have changed; try again");
  }
  if (range->total) size_ = range->total;
  const std::uint64_t promised = *range->last - first + 1;
  if (response.cut || response.body.size() != promised) {
    return trouble(fmt::format("the server sends {} than the {} bytes it announced",
                               response.cut || response.body.size() > promised ? "more" : "fewer", promised));
  }
  if (*range->last < last && size_ && *range->last + 1 < *size_ && promised < k_least_piece_bytes) {
    return trouble(fmt::format("the server sends {} bytes at a time, too few to read a header", promised));
  }
  start_ = first;
  window_ = std::move(response.body);
  return {};
}

Result<void> RangeSource::take_whole(HttpResponse& response) {
  has_ranges_ = false;
  const std::optional<std::uint64_t> length = number(response.header("content-length"));
  const std::uint64_t bytes = length && *length > 0 ? *length : response.body.size();
  if (size_ && (length || !response.cut) && *size_ != bytes) {
    return trouble(fmt::format("it has {} bytes, {} were expected", bytes, *size_));
  }
  if (length || !response.cut) size_ = bytes;
  start_ = 0;
  window_ = std::move(response.body);
  return {};
}

Result<void> RangeSource::take(HttpResponse response, std::uint64_t first, std::uint64_t length) {
  if (response.status == 416) {
    const std::optional<ContentRange> range = content_range(response.header("content-range"));
    size_ = range && range->total ? *range->total : std::min(first, size_.value_or(first));
    start_ = first;
    window_.clear();
    return {};
  }
  if (response.status != 200 && response.status != 206) {
    if (file_.explain) return tl::unexpected<Error>(file_.explain(response));
    return trouble(fmt::format("the server answers HTTP {}", response.status));
  }
  if (is_web_page(response)) return trouble("the server sends a web page instead of the file", k_page_hint);
  if (Result<void> same = check_version(response); !same) return same;
  place_ = response.url;
  return response.status == 206 ? take_part(response, first, length) : take_whole(response);
}

Result<void> RangeSource::fetch(std::uint64_t offset, std::uint64_t least) {
  std::uint64_t first = offset, length = std::max(next_bytes_, least);
  if (!has_ranges_) {
    // Again from the start, and further: what came before is cheap beside asking more often.
    first = 0;
    length = std::max(offset + least, window_.size() * k_growth_without_ranges);
    if (offset + least > k_most_without_ranges) {
      return trouble(fmt::format("byte {} is needed, and the server sends files from the start only", offset),
                     "download the file and name its path");
    }
    length = std::min(length, k_most_without_ranges);
  }
  if (size_ && *size_ > first) length = std::min(length, *size_ - first);
  const bool had_ranges = has_ranges_;
  Result<HttpResponse> answer = ask(first, length);
  if (!answer) return tl::unexpected<Error>(std::move(answer).error());
  if (Result<void> taken = take(std::move(*answer), first, length); !taken) return taken;
  next_bytes_ = std::min(std::max(next_bytes_ * 2, file_.first_bytes), std::max(k_most_window_bytes, file_.first_bytes));
  // The range was ignored, and what came ends before the wanted byte.
  const bool reaches = start_ + window_.size() > offset || (size_ && offset >= *size_);
  if (had_ranges && !has_ranges_ && !reaches) return fetch(offset, least);
  return {};
}

Result<std::size_t> RangeSource::read(std::uint64_t offset, std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const std::uint64_t at = offset + done;
    if (at >= start_ && at - start_ < window_.size()) {
      const std::size_t from = static_cast<std::size_t>(at - start_);
      const std::size_t count = std::min(window_.size() - from, into.size() - done);
      std::memcpy(into.data() + done, window_.data() + from, count);
      done += count;
      continue;
    }
    // A length that a listing told is believed once the server has agreed.
    if (size_ && at >= *size_ && (has_answered_ || !window_.empty())) break;
    const std::uint64_t before = start_ + window_.size();
    const Result<void> fetched = fetch(at, into.size() - done);
    if (!fetched) return tl::unexpected<Error>(fetched.error());
    const bool has_it = at >= start_ && at - start_ < window_.size();
    if (!has_it && (!size_ || at < *size_)) {
      return trouble(fmt::format("the server stops sending at byte {}", std::max(before, start_ + window_.size())),
                     "is it a whole file there? Try again later");
    }
    if (!has_it) break;
  }
  return done;
}

}  // namespace canirun::net
