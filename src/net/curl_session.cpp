// SPDX-License-Identifier: MIT
#include "net/curl_session.hpp"

#include <algorithm>
#include <cmath>

#include "net/curl_trust.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

long milliseconds(double seconds) { return static_cast<long>(std::ceil(std::clamp(seconds, 0.001, 1e6) * 1000)); }

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

int status_in(std::string_view line) {
  const std::size_t space = line.find(' ');
  int status = 0;
  for (std::size_t i = 0; space != std::string_view::npos && i < 3 && space + 1 + i < line.size(); ++i) {
    const char digit = line[space + 1 + i];
    if (digit < '0' || digit > '9') break;
    status = status * 10 + (digit - '0');
  }
  return status;
}

CurlSession::~CurlSession() {
  if (handle_ != nullptr) curl_->easy_cleanup(handle_);
}

Result<void> CurlSession::prepare() {
  if (handle_ != nullptr) return {};
  const Result<const CurlLibrary*> library = curl_library();
  if (!library) return tl::unexpected<Error>(library.error());
  curl_ = *library;
  handle_ = curl_->easy_init();
  if (handle_ == nullptr) return fail(ErrorKind::network, "libcurl does not start");
  return {};
}

void CurlSession::begin(const std::string& url, const std::vector<std::string>& headers, const CurlLimits& limits,
                        const CurlOptions& options) {
  curl_->easy_reset(handle_);  // connections and the addresses of names stay
  set_trust(*curl_, handle_, options);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(options.connect_timeout_s, limits.total_s)));
  set(CURLOPT_TIMEOUT_MS, milliseconds(limits.total_s));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::ceil(limits.stall_s)));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  for (const std::string& line : headers) {
    if (has_control_character(line)) continue;
    if (curl_slist* longer = curl_->slist_append(headers_, line.c_str()); longer != nullptr) headers_ = longer;
  }
  set(CURLOPT_HTTPHEADER, headers_);
  words_.front() = '\0';
  set(CURLOPT_ERRORBUFFER, words_.data());
}

CURLcode CurlSession::finish() {
  const CURLcode code = curl_->easy_perform(handle_);
  curl_->slist_free_all(headers_);
  headers_ = nullptr;
  return code;
}

CurlFailure CurlSession::failure(CURLcode code, std::string host) {
  CurlFailure failed{.code = code, .host = std::move(host), .detail = words_.data()};
  if (failed.detail.empty()) failed.detail = curl_->easy_strerror(code);
  curl_->easy_getinfo(handle_, CURLINFO_OS_ERRNO, &failed.os_error);
  curl_off_t connect_us = 0;
  curl_->easy_getinfo(handle_, CURLINFO_CONNECT_TIME_T, &connect_us);
  long fresh = 0;
  curl_->easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &fresh);
  failed.connected = connect_us > 0 || fresh == 0;
  return failed;
}

}  // namespace canirun::net
