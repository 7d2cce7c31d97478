// SPDX-License-Identifier: MIT
#include "net/web_client.hpp"

#include <catch2/catch.hpp>

#include "scripted.hpp"

using namespace canirun;
using namespace canirun::net;
using namespace canirun::net::test;

namespace {

/// A client whose clock moves only when it waits.
struct Stage {
  std::vector<HttpRequest> requests;
  double now_s = 0;
  std::vector<double> waits;
  std::unique_ptr<WebClient> client;

  explicit Stage(std::function<ScriptedTransport::Answer(const HttpRequest&)> server) {
    Patience patience;
    patience.now_s = [this] { return now_s; };
    patience.time_s = [] { return 1445412480.0; };  // Wed, 21 Oct 2015 07:28:00 GMT
    patience.sleep = [this](double seconds) {
      waits.push_back(seconds);
      now_s += seconds;
    };
    patience.random = [] { return 0.5; };
    client = std::make_unique<WebClient>(std::make_unique<ScriptedTransport>(std::move(server), requests), patience);
  }
  Result<HttpResponse> get(const std::string& url, std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpRequest request;
    request.url = url;
    request.headers = std::move(headers);
    return client->send(request);
  }
};

Trouble broken() { return {Error{.kind = ErrorKind::network, .message = "broke", .context = {}, .hint = {}}, true}; }

}  // namespace

TEST_CASE("redirects are followed, and a token stays at its host") {
  Stage stage([](const HttpRequest& request) {
    if (request.url == "https://hub.example/a") return answer(302, "", {{"location", "/b"}, {"x-linked-etag", "\"e\""}});
    if (request.url == "https://hub.example/b") return answer(307, "", {{"location", "https://cdn.example/c?sig=1"}});
    if (request.url == "https://cdn.example/c?sig=1") return answer(301, "", {{"location", "https://hub.example/d"}});
    return answer(200, "body");
  });
  const Result<HttpResponse> response = stage.get("https://hub.example/a", {{"Authorization", "Bearer t"}, {"Accept", "x"}});
  REQUIRE(response);
  CHECK(response->body == "body");
  CHECK(response->url == "https://hub.example/d");
  CHECK(response->first_header("x-linked-etag") == "\"e\"");
  REQUIRE(stage.requests.size() == 4);
  CHECK(header_of(stage.requests[1], "authorization") == "Bearer t");
  CHECK(header_of(stage.requests[2], "authorization").empty());
  CHECK(header_of(stage.requests[3], "authorization").empty());  // whoever sent us back does not get to use it
  CHECK(header_of(stage.requests[3], "accept") == "x");
  CHECK(stage.client->traffic().requests == 4);
}

TEST_CASE("another port is another host for a token") {
  Stage stage([](const HttpRequest& request) {
    return request.url == "http://a.example/x" ? answer(302, "", {{"location", "http://a.example:8080/x"}}) : answer(200);
  });
  REQUIRE(stage.get("http://a.example/x", {{"Authorization", "Bearer t"}}));
  CHECK(header_of(stage.requests[1], "authorization").empty());
}

TEST_CASE("redirects that are not followed") {
  for (const std::string to :
       {"http://plain.example/x", "file:///etc/passwd", "ftp://x.example/", "https://u:p@x.example/", ""}) {
    INFO(to);
    Stage stage([&](const HttpRequest&) { return answer(302, "", {{"location", to}}); });
    const Result<HttpResponse> response = stage.get("https://hub.example/x");
    REQUIRE_FALSE(response);
    CHECK(response.error().kind == ErrorKind::network);
    CHECK(stage.requests.size() == 1);
  }
  Stage round([](const HttpRequest&) { return answer(302, "", {{"location", "/x"}}); });
  const Result<HttpResponse> response = round.get("http://hub.example/x");
  REQUIRE_FALSE(response);
  CHECK(response.error().message.find("redirects more than 8 times") != std::string::npos);
  CHECK(round.requests.size() == 9);
}

TEST_CASE("what passes is tried three times, with growing pauses") {
  int left = 2;
  Stage stage([&](const HttpRequest&) { return left-- > 0 ? answer(503) : answer(200, "there"); });
  const Result<HttpResponse> response = stage.get("https://hub.example/x");
  REQUIRE(response);
  CHECK(response->body == "there");
  CHECK(stage.waits == std::vector<double>{0.75, 1.5});

  Stage broken_twice([count = 0](const HttpRequest&) mutable -> ScriptedTransport::Answer {
    if (count++ < 2) return tl::unexpected<Trouble>(broken());
    return answer(200);
  });
  CHECK(broken_twice.get("https://hub.example/x"));

  Stage never([](const HttpRequest&) -> ScriptedTransport::Answer { return tl::unexpected<Trouble>(broken()); });
  const Result<HttpResponse> none = never.get("https://hub.example/x");
  REQUIRE_FALSE(none);
  CHECK(none.error().text() == "tried 3 times: broke");
  CHECK(never.requests.size() == 3);

  Stage refused([](const HttpRequest&) -> ScriptedTransport::Answer {
    Trouble trouble = broken();
    trouble.worth_retrying = false;
    return tl::unexpected<Trouble>(trouble);
  });
  CHECK_FALSE(refused.get("https://hub.example/x"));
  CHECK(refused.requests.size() == 1);

  Stage missing([](const HttpRequest&) { return answer(404); });
  CHECK(missing.get("https://hub.example/x")->status == 404);
  CHECK(missing.requests.size() == 1);
}

TEST_CASE("Retry-After is waited for when that is short, and told when it is long") {
  int left = 1;
  Stage shortly([&](const HttpRequest&) { return left-- > 0 ? answer(429, "", {{"retry-after", "7"}}) : answer(200); });
  REQUIRE(shortly.get("https://hub.example/x"));
  CHECK(shortly.waits == std::vector<double>{7});

  Stage hour([](const HttpRequest&) { return answer(429, "", {{"retry-after", "3600"}}); });
  const Result<HttpResponse> response = hour.get("https://hub.example/x");
  REQUIRE_FALSE(response);
  CHECK(response.error().message.find("60 minutes") != std::string::npos);
  CHECK(hour.waits.empty());

  CHECK(retry_after_s("12", 0) == 12.0);
  CHECK(retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT", 1445412480.0 - 20) == 20.0);
  CHECK(retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT", 1445412480.0 + 20) == 0.0);
  for (const char* text :
       {"", "soon", "-1", "1.5", "99999999999999999999", "Wed, 99 Oct 2015 07:28:00 GMT", "Wed, 21 Okt 2015 07:28:00 GMT"})
    CHECK_FALSE(retry_after_s(text, 0));
}

TEST_CASE("the whole time is bounded") {
  // Each hop takes 50 s on this clock: the third would begin after the end.
  Patience patience = real_patience();
  double now = 0;
  patience.now_s = [&] { return now += 50; };
  std::vector<HttpRequest> requests;
  WebClient client(std::make_unique<ScriptedTransport>(
                       [](const HttpRequest&) { return answer(302, "", {{"location", "/again"}}); }, requests),
                   patience);
  HttpRequest request;
  request.url = "http://hub.example/x";
  const Result<HttpResponse> response = client.send(request);
  REQUIRE_FALSE(response);
  CHECK(response.error().message.find("took longer") != std::string::npos);
  CHECK(requests.size() == 2);
}
