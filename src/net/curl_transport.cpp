// SPDX-License-Identifier: MIT
#include "net/curl_transport.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "net/curl_errors.hpp"
#include "net/curl_library.hpp"
#include "net/curl_trust.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

constexpr std::size_t k_most_header_bytes = 256U << 10U;
constexpr std::size_t k_most_headers = 500;
/// What an error page may take; nobody reads on.
constexpr std::uint64_t k_most_error_bytes = 64U << 10U;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// An answer while it comes in.
struct Incoming {
  HttpResponse response;
  std::uint64_t most_bytes = 0;
  std::size_t header_bytes = 0;
  bool too_many_headers = false;
  bool encoded = false;  ///< packed although nobody asked for it
  const CurlOptions* options = nullptr;
  std::string host;

  void status_line(std::string_view line) {
    response.headers.clear();
    const std::size_t space = line.find(' ');
    response.status = 0;
    for (std::size_t i = 0; space != std::string_view::npos && i < 3 && space + 1 + i < line.size(); ++i) {
      const char digit = line[space + 1 + i];
      if (digit < '0' || digit > '9') break;
      response.status = response.status * 10 + (digit - '0');
    }
  }
  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > k_most_header_bytes || response.headers.size() >= k_most_headers) {
      too_many_headers = true;
      return false;
    }
    if (line.starts_with("HTTP/")) {
      status_line(line);
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    response.headers.emplace_back(lower_case(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
    return true;
  }
  bool take_body(std::string_view piece) {
    const std::string_view encoding = response.header("content-encoding");
    if (!encoding.empty() && lower_case(encoding) != "identity") {
      encoded = true;
      return false;
    }
    const bool is_content = response.status >= 200 && response.status < 300;
    const std::uint64_t most = is_content ? most_bytes : std::min(most_bytes, k_most_error_bytes);
    const auto room = static_cast<std::size_t>(most - std::min<std::uint64_t>(most, response.body.size()));
    response.body.append(piece.substr(0, room));
    response.cut = piece.size() > room;
    return !response.cut;
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Incoming*>(user)->take_header({data, size * count}) ? size * count : 0;
}
std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Incoming*>(user)->take_body({data, size * count}) ? size * count : 0;
}
int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* incoming = static_cast<Incoming*>(user);
  if (incoming->options->tick) incoming->options->tick(incoming->host, incoming->response.body.size());
  return 0;
}

long milliseconds(double seconds) { return static_cast<long>(std::ceil(std::clamp(seconds, 0.001, 1e6) * 1000)); }

class CurlTransport : public Transport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {}
  ~CurlTransport() override {
    if (handle_ != nullptr) curl_->easy_cleanup(handle_);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  tl::expected<HttpResponse, Trouble> exchange(const HttpRequest& request, double seconds) override {
    if (const Result<void> ready = prepare(); !ready) return tl::unexpected<Trouble>({ready.error(), false});
    Incoming incoming;
    incoming.most_bytes = request.most_bytes;
    incoming.options = &options_;
    if (const Result<Url> url = parse_url(request.url)) incoming.host = url->host;

    std::array<char, CURL_ERROR_SIZE> words{};
    curl_->easy_reset(handle_);  // connections and the addresses of names stay
    set_limits(seconds);
    set_trust(*curl_, handle_, options_);
    curl_slist* headers = set_request(request);
    set(CURLOPT_ERRORBUFFER, words.data());
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, &incoming);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &incoming);
    set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(CURLOPT_XFERINFODATA, &incoming);
    set(CURLOPT_NOPROGRESS, 0L);
    const CURLcode code = curl_->easy_perform(handle_);
    curl_->slist_free_all(headers);
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && incoming.response.cut)) return std::move(incoming.response);
    return tl::unexpected<Trouble>(failure(code, incoming, words.data()));
  }

 private:
  Result<void> prepare() {
    if (handle_ != nullptr) return {};
    const Result<const CurlLibrary*> library = curl_library();
    if (!library) return tl::unexpected<Error>(library.error());
    curl_ = *library;
    handle_ = curl_->easy_init();
    if (handle_ == nullptr) return fail(ErrorKind::network, "libcurl does not start");
    return {};
  }

  template <class T>
  bool set(CURLoption option, T value) {
    return curl_->easy_setopt(handle_, option, value) == CURLE_OK;
  }

  void set_limits(double seconds) {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(options_.connect_timeout_s, seconds)));
    set(CURLOPT_TIMEOUT_MS, milliseconds(seconds));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::ceil(options_.stall_timeout_s)));
    set(CURLOPT_FOLLOWLOCATION, 0L);
  }

  curl_slist* set_request(const HttpRequest& request) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    if (request.head_only) set(CURLOPT_NOBODY, 1L);
    curl_slist* list = nullptr;
    const auto add = [&](const std::string& line) {
      if (has_control_character(line)) return;  // a second header hidden in a value
      if (curl_slist* longer = curl_->slist_append(list, line.c_str()); longer != nullptr) list = longer;
    };
    for (const auto& [name, value] : request.headers) add(name + ": " + value);
    if (request.range)
      add("Range: bytes=" + std::to_string(request.range->first) + "-" + std::to_string(request.range->last));
    set(CURLOPT_HTTPHEADER, list);
    return list;
  }

  Trouble failure(CURLcode code, const Incoming& incoming, const char* words) {
    if (incoming.too_many_headers || incoming.encoded) {
      const std::string what = incoming.encoded ? " sends its answer packed (" +
                                                      std::string(incoming.response.header("content-encoding")) +
                                                      ") although nobody asked for that"
                                                : " sends more headers than any answer needs";
      return {Error{.kind = ErrorKind::network, .message = incoming.host + what, .context = {}, .hint = {}}, false};
    }
    CurlFailure failure{.code = code, .host = incoming.host, .detail = words};
    if (failure.detail.empty()) failure.detail = curl_->easy_strerror(code);
    curl_->easy_getinfo(handle_, CURLINFO_OS_ERRNO, &failure.os_error);
    curl_off_t connect_us = 0;
    curl_->easy_getinfo(handle_, CURLINFO_CONNECT_TIME_T, &connect_us);
    long reused = 0;
    curl_->easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &reused);
    failure.connected = connect_us > 0 || reused == 0;
    return trouble_of(failure);
  }

  CurlOptions options_;
  const CurlLibrary* curl_ = nullptr;
  CURL* handle_ = nullptr;
};

}  // namespace

std::unique_ptr<Transport> curl_transport(CurlOptions options) {
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace canirun::net
