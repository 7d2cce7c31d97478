// SPDX-License-Identifier: MIT
#include "net/web_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>
#include <random>
#include <thread>

namespace canirun::net {
namespace {

constexpr int k_most_redirects = 8;
/// First wait; doubled each time, with up to as much again at random, so that many clients do not come back together.
constexpr double k_first_wait_s = 0.5;

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }
bool is_passing(int status) { return status == 429 || status == 500 || status == 502 || status == 503 || status == 504; }

void drop_secrets(HttpRequest& request) {
  std::erase_if(request.headers, [](const auto& header) {
    const std::string name = lower_case(header.first);
    return name == "authorization" || name == "cookie";
  });
}

std::string host_of(const std::string& url) {
  const Result<Url> parsed = parse_url(url);
  return parsed ? parsed->host : url;
}

std::string in_words(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 7200) return fmt::format("{:.0f} minutes", std::ceil(seconds / 60));
  return fmt::format("{:.0f} hours", std::ceil(seconds / 3600));
}

/// Days since 1970 of a date of the Gregorian calendar.
std::int64_t days_since_1970(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)).time_since_epoch().count();
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// "Wed, 21 Oct 2015 07:28:00 GMT", the one form that servers may send today; seconds since 1970.
std::optional<double> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> k_months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(26) != "GMT") return std::nullopt;
  const auto month = std::find(k_months.begin(), k_months.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)), second = number(text.substr(23, 2));
  if (month == k_months.end() || !day || !year || !hour || !minute || !second || *day < 1 || *day > 31) return std::nullopt;
  const auto days = days_since_1970(static_cast<int>(*year), static_cast<unsigned>(month - k_months.begin()) + 1, *day);
  return static_cast<double>(days) * 86400 + *hour * 3600.0 + *minute * 60.0 + *second;
}

}  // namespace

std::optional<double> retry_after_s(std::string_view value, double now_s) {
  if (const std::optional<unsigned> seconds = number(value)) return *seconds;
  const std::optional<double> date = http_date(value);
  if (!date) return std::nullopt;
  return std::max(0.0, *date - now_s);
}

Patience real_patience() {
  using namespace std::chrono;
  Patience patience;
  patience.now_s = [] { return duration<double>(steady_clock::now().time_since_epoch()).count(); };
  patience.time_s = [] { return duration<double>(system_clock::now().time_since_epoch()).count(); };
  patience.sleep = [](double seconds) { std::this_thread::sleep_for(duration<double>(seconds)); };
  patience.random = [engine = std::minstd_rand(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
  return patience;
}

WebClient::WebClient(std::unique_ptr<Transport> transport, Patience patience)
    : transport_(std::move(transport)), patience_(std::move(patience)) {}

Result<HttpResponse> WebClient::follow(const HttpRequest& request, double deadline_s, bool& again) {
  HttpRequest hop = request;
  std::vector<std::pair<std::string, std::string>> first_headers;
  again = false;
  for (int count = 0; count <= k_most_redirects; ++count) {
    Result<Url> url = parse_url(hop.url);
    if (!url) return tl::unexpected<Error>(std::move(url).error());
    const double left_s = deadline_s - patience_.now_s();
    if (left_s <= 0) {
      return fail(ErrorKind::network, fmt::format("{} took longer than {}", url->host, in_words(patience_.total_s)),
                  "try again later; a downloaded file works without the network");
    }
    ++traffic_.requests;
    tl::expected<HttpResponse, Trouble> answer = transport_->exchange(hop, left_s);
    if (!answer) {
      again = answer.error().worth_retrying;
      return tl::unexpected<Error>(std::move(answer.error().error));
    }
    traffic_.received_bytes += answer->body.size();
    answer->url = hop.url;
    answer->first_headers = first_headers;
    if (!is_redirect(answer->status) || !request.follow_redirects) return std::move(*answer);

    if (count == 0) first_headers = answer->headers;
    Result<Url> next = redirect_target(*url, answer->header("location"));
    if (!next) {
      return fail(ErrorKind::network,
                  fmt::format("{} redirects to an address that is not followed: {}", url->host, next.error().message));
    }
    if (url->scheme == "https" && next->scheme == "http") {
      return fail(ErrorKind::network, fmt::format("{} redirects from https to plain http ({})", url->host, next->host),
                  "that would give up the encryption; if you trust it, use the http address itself");
    }
    if (next->origin() != url->origin()) drop_secrets(hop);
    hop.url = next->text();
  }
  return fail(ErrorKind::network, fmt::format("{} redirects more than {} times", host_of(request.url), k_most_redirects),
              "open the address in a browser: does it lead to the file?");
}

Result<HttpResponse> WebClient::send(const HttpRequest& request) {
  const double deadline_s = patience_.now_s() + patience_.total_s;
  double usual_wait_s = k_first_wait_s;
  for (int attempt = 1;; ++attempt, usual_wait_s *= 2) {
    bool again = false;
    Result<HttpResponse> answer = follow(request, deadline_s, again);
    if (answer ? !is_passing(answer->status) : !again) return answer;

    std::optional<double> asked_s;
    if (answer) asked_s = retry_after_s(answer->header("retry-after"), patience_.time_s());
    const double wait_s = asked_s.value_or(usual_wait_s * (1 + patience_.random()));
    const std::string host = host_of(answer ? answer->url : request.url);
    if (asked_s && *asked_s > patience_.longest_wait_s) {
      return fail(
          ErrorKind::network,
          fmt::format("{} asks to wait {} before the next request (HTTP {})", host, in_words(*asked_s), answer->status),
          "try again then; hubs allow more to requests with a token");
    }
    const bool no_time = patience_.now_s() + wait_s >= deadline_s;
    if (attempt >= patience_.tries || no_time) {
      if (!answer) return tl::unexpected<Error>(std::move(answer).error().within(fmt::format("tried {} times", attempt)));
      return answer;  // the caller says what it was for
    }
    if (patience_.progress) patience_.progress(fmt::format("{}: trying again in {}", host, in_words(wait_s)));
    patience_.sleep(wait_s);
  }
}

}  // namespace canirun::net
