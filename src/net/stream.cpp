// SPDX-License-Identifier: MIT
#include "net/stream.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "net/curl_errors.hpp"
#include "net/curl_library.hpp"
#include "net/curl_trust.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

/// What an error page may take; nobody reads on.
constexpr std::size_t k_most_error_bytes = 64U << 10U;
constexpr std::size_t k_most_header_bytes = 256U << 10U;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// An answer while it comes in.
struct Incoming {
  StreamAnswer answer;
  const Sink* sink = nullptr;
  std::uint64_t most_bytes = 0, bytes = 0;
  std::size_t header_bytes = 0;

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > k_most_header_bytes) return false;
    if (line.starts_with("HTTP/")) {
      const std::size_t space = line.find(' ');
      answer.status = 0;
      for (std::size_t i = 0; space != std::string_view::npos && i < 3 && space + 1 + i < line.size(); ++i) {
        const char digit = line[space + 1 + i];
        if (digit < '0' || digit > '9') break;
        answer.status = answer.status * 10 + (digit - '0');
      }
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && lower_case(line.substr(0, colon)) == "content-type") {
      answer.content_type = lower_case(trimmed(line.substr(colon + 1)));
    }
    return true;
  }
  bool take_body(std::string_view piece) {
    bytes += piece.size();
    const bool is_content = answer.status >= 200 && answer.status < 300;
    if (is_content && *sink) {
      answer.stopped = bytes > most_bytes || !(*sink)(piece);
    } else {
      const std::uint64_t most = is_content ? most_bytes : k_most_error_bytes;
      answer.stopped = bytes > most;
      if (!answer.stopped) answer.body.append(piece);
    }
    return !answer.stopped;
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Incoming*>(user)->take_header({data, size * count}) ? size * count : 0;
}
std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Incoming*>(user)->take_body({data, size * count}) ? size * count : 0;
}

long milliseconds(double seconds) { return static_cast<long>(std::ceil(std::clamp(seconds, 0.001, 1e6) * 1000)); }

class CurlStreamClient : public StreamClient {
 public:
  explicit CurlStreamClient(CurlOptions options) : options_(std::move(options)) {}
  ~CurlStreamClient() override {
    if (handle_ != nullptr) curl_->easy_cleanup(handle_);
  }
  CurlStreamClient(const CurlStreamClient&) = delete;
  CurlStreamClient& operator=(const CurlStreamClient&) = delete;

  Result<StreamAnswer> send(const StreamRequest& request, const Sink& sink) override {
    const Result<Url> url = parse_url(request.url);
    if (!url) return tl::unexpected<Error>(url.error());
    if (const Result<void> ready = prepare(); !ready) return tl::unexpected<Error>(ready.error());

    Incoming incoming;
    incoming.sink = &sink;
    incoming.most_bytes = request.most_bytes;
    std::array<char, CURL_ERROR_SIZE> words{};
    curl_->easy_reset(handle_);  // the connection stays
    set_trust(*curl_, handle_, options_);
    set_limits(request);
    if (is_loopback(url->host)) set(CURLOPT_NOPROXY, "*");
    curl_slist* headers = set_request(request);
    set(CURLOPT_ERRORBUFFER, words.data());
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, &incoming);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &incoming);
    const CURLcode code = curl_->easy_perform(handle_);
    curl_->slist_free_all(headers);
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && incoming.answer.stopped)) return std::move(incoming.answer);
    return tl::unexpected<Error>(failure(code, url->origin(), words.data()));
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
  void set(CURLoption option, T value) {
    curl_->easy_setopt(handle_, option, value);
  }

  void set_limits(const StreamRequest& request) {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(options_.connect_timeout_s, request.total_s)));
    set(CURLOPT_TIMEOUT_MS, milliseconds(request.total_s));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::ceil(request.stall_s)));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TCP_NODELAY, 1L);
  }

  curl_slist* set_request(const StreamRequest& request) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_slist* list = nullptr;
    const auto add = [&](const std::string& line) {
      if (has_control_character(line)) return;  // a second header hidden in a value
      if (curl_slist* longer = curl_->slist_append(list, line.c_str()); longer != nullptr) list = longer;
    };
    if (!request.body.empty()) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, request.body.c_str());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      add("Content-Type: application/json");
      add("Expect:");  // no second round trip before the body
    }
    for (const auto& [name, value] : request.headers) add(name + ": " + value);
    set(CURLOPT_HTTPHEADER, list);
    return list;
  }

  Error failure(CURLcode code, const std::string& origin, const char* words) {
    CurlFailure failed{.code = code, .host = origin, .detail = words};
    if (failed.detail.empty()) failed.detail = curl_->easy_strerror(code);
    curl_->easy_getinfo(handle_, CURLINFO_OS_ERRNO, &failed.os_error);
    curl_off_t connect_us = 0;
    curl_->easy_getinfo(handle_, CURLINFO_CONNECT_TIME_T, &connect_us);
    long fresh = 0;
    curl_->easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &fresh);
    failed.connected = connect_us > 0 || fresh == 0;
    return trouble_of(failed).error;
  }

  CurlOptions options_;
  const CurlLibrary* curl_ = nullptr;
  CURL* handle_ = nullptr;
};

}  // namespace

std::unique_ptr<StreamClient> curl_stream_client(CurlOptions options) {
  return std::make_unique<CurlStreamClient>(std::move(options));
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  // 127.0.0.0/8, as digits: "127.evil.example" is a name like any other.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace canirun::net
