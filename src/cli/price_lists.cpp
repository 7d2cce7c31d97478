// SPDX-License-Identifier: MIT
// Public price lists over the network.
#include <fmt/format.h>

#include <cstdlib>

#include "cli/price_update.hpp"
#include "net/curl_transport.hpp"
#include "net/remote.hpp"
#include "net/url.hpp"
#include "net/web_client.hpp"

namespace canirun::cli {
namespace {

constexpr int k_most_hops = 4;

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

/// The host was named before it was asked; one that was not is not asked.
Result<std::string> next_hop(const net::HttpResponse& response, const std::string& url, std::string_view variable) {
  const Result<net::Url> from = net::parse_url(url);
  if (!from) return tl::unexpected<Error>(from.error());
  const Result<net::Url> to = net::redirect_target(*from, response.header("location"));
  if (!to) return tl::unexpected<Error>(to.error());
  if (to->host != from->host || to->port != from->port || (from->scheme == "https" && to->scheme != "https")) {
    return fail(ErrorKind::network, fmt::format("{} sends on to {}, which was not to be asked", from->host, to->origin()),
                fmt::format("{}=URL names another address for this list", variable));
  }
  return to->text();
}

Result<std::string> body_at(net::HttpClient& client, std::string url, std::string_view variable) {
  for (int hop = 0; hop < k_most_hops; ++hop) {
    net::HttpRequest request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    request.most_bytes = update::k_most_list_bytes;
    request.follow_redirects = false;
    Result<net::HttpResponse> response = client.send(request);
    if (!response) return tl::unexpected<Error>(std::move(response).error());
    if (is_redirect(response->status)) {
      Result<std::string> next = next_hop(*response, url, variable);
      if (!next) return next;
      url = *std::move(next);
      continue;
    }
    if (response->status != 200) return fail(ErrorKind::network, fmt::format("the answer is HTTP {}", response->status));
    if (response->cut) return fail(ErrorKind::malformed, "the answer is longer than the 32 MiB allowed");
    return std::move(response->body);
  }
  return fail(ErrorKind::network, "it sends on and on");
}

Result<update::Reading> reading_of(net::HttpClient& client, const ListSource& source) {
  const update::ListFacts& facts = update::facts_of(source.list);
  const Result<std::string> body = body_at(client, source.url, facts.variable);
  if (!body) return tl::unexpected<Error>(body.error());
  Result<update::Reading> reading = update::read_price_list(source.list, *body);
  if (reading && source.url != facts.url) reading->url = source.shown;
  return reading;
}

}  // namespace

Result<std::vector<ListSource>> list_sources() {
  std::vector<ListSource> sources;
  for (const update::PriceList list : update::k_price_lists) {
    const update::ListFacts& facts = update::facts_of(list);
    const char* other = std::getenv(std::string(facts.variable).c_str());
    std::string url(other != nullptr && *other != '\0' ? other : facts.url);
    const Result<net::Url> parsed = net::parse_url(url);
    if (!parsed) return tl::unexpected<Error>(Error(parsed.error()).within(std::string(facts.variable)));
    sources.push_back({.list = list, .url = std::move(url), .host = parsed->host, .shown = parsed->origin() + parsed->path});
  }
  return sources;
}

std::vector<ListAnswer> fetch_lists(Session& session, std::vector<ListSource> sources) {
  const net::NetworkOptions network = net::network_options_from_environment(k_version);
  net::Patience patience = net::real_patience();
  patience.progress = [&session](std::string_view text) { session.show_progress(text); };
  net::CurlOptions curl{.user_agent = network.user_agent,
                        .connect_timeout_s = network.connect_timeout_s,
                        .stall_timeout_s = network.stall_timeout_s,
                        .ca_file = network.ca_file,
                        .ca_folder = network.ca_folder};
  net::WebClient client(net::curl_transport(std::move(curl)), std::move(patience));
  std::vector<ListAnswer> answers;
  for (ListSource& source : sources) {
    session.show_progress("asking " + source.host);
    Result<update::Reading> reading = reading_of(client, source);
    ListAnswer answer{.source = std::move(source), .reading = {}, .error = {}};
    if (reading) {
      answer.reading = *std::move(reading);
    } else {
      answer.error = std::move(reading).error().within(std::string(update::facts_of(answer.source.list).name));
    }
    answers.push_back(std::move(answer));
  }
  session.clear_progress();
  return answers;
}

}  // namespace canirun::cli
