// SPDX-License-Identifier: MIT
#include "bench/server_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "json/text.hpp"

namespace canirun::bench {
namespace {

constexpr double k_longest_answer_s = 600;
/// A whole answer that is not streamed.
constexpr std::size_t k_most_whole_bytes = 1U << 20U;

/// Common enough to be one token each in every vocabulary.
constexpr std::array<std::string_view, 48> k_words = {
    "time",  "year", "people", "way",   "day",   "man",   "thing", "woman", "life",  "child", "world", "school",
    "state", "home", "night",  "point", "hand",  "place", "week",  "case",  "water", "room",  "area",  "money",
    "story", "fact", "month",  "right", "study", "book",  "eye",   "job",   "word",  "side",  "kind",  "head",
    "house", "page", "friend", "hour",  "game",  "line",  "end",   "law",   "car",   "city",  "name",  "team"};

std::string request_body(const ServerFacts& facts, const Shape& shape, const Dialect& dialect) {
  const std::string prompt = json::quoted(prompt_of(shape.prompt_tokens, shape.seed));
  std::string body = fmt::format("{{\"model\": {}, ", json::quoted(facts.model));
  body += dialect.chat ? fmt::format("\"messages\": [{{\"role\": \"user\", \"content\": {}}}], ", prompt)
                       : fmt::format("\"prompt\": {}, ", prompt);
  body += fmt::format("\"max_tokens\": {}, \"temperature\": 0, \"stream\": true", shape.written_tokens);
  if (dialect.extras) {
    body += ", \"stream_options\": {\"include_usage\": true}";
    if (facts.engine_name == "llama-server" || facts.engine_name == "vLLM") body += ", \"ignore_eos\": true";
    if (facts.engine_name == "llama-server") body += ", \"cache_prompt\": false";
  }
  return body + "}";
}

std::string shown(std::string_view text) {
  std::string plain(text.substr(0, 160));
  std::replace_if(plain.begin(), plain.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return plain.empty() ? "nothing" : "\"" + plain + "\"";
}

tl::unexpected<Error> trouble(std::string message, std::string hint = {}) {
  return fail(ErrorKind::network, std::move(message), std::move(hint));
}

/// What came back, in whatever form.
struct Answer {
  ServerReply reply;
  EventReader events;
  Written written;
  std::string whole;  ///< of a server that does not stream
  bool endless = false;
  double began_s = 0, ended_s = 0;
};

Result<Answer> exchange(Server& server, const ServerWorld& world, const std::string& path, const std::string& body,
                        std::uint32_t wanted, double silence_s) {
  Answer answer;
  const std::uint32_t most_pieces = wanted * 8 + 1000;
  const auto sink = [&](std::string_view piece) {
    const double now_s = world.now_s();
    if (answer.events.events() == 0 &&
        (!answer.whole.empty() || (answer.events.beginning().empty() && piece.starts_with('{')))) {
      answer.whole += piece;
      return answer.whole.size() <= k_most_whole_bytes;
    }
    answer.events.feed(piece, [&](std::string_view data) { take_event(data, now_s, answer.written); });
    answer.endless = answer.written.pieces > most_pieces || answer.written.unreadable > most_pieces;
    return !answer.events.overflow() && !answer.endless && !answer.written.done && answer.written.error.empty();
  };
  answer.began_s = world.now_s();
  Result<ServerReply> reply =
      server.ask({.path = path, .body = body, .stall_s = silence_s, .total_s = k_longest_answer_s}, sink);
  answer.ended_s = world.now_s();
  if (!reply) {
    Error error = std::move(reply).error();
    if (answer.written.pieces > 0) {
      error.message += fmt::format(" (after {} of {} tokens)", answer.written.pieces, wanted);
    }
    error.hint = "look at the server's own messages; nothing was kept of this run";
    return tl::unexpected<Error>(std::move(error));
  }
  answer.reply = std::move(*reply);
  if (!answer.whole.empty()) take_event(answer.whole, answer.ended_s, answer.written);
  return answer;
}

Result<void> check_answer(const Answer& answer, const std::string& url, std::uint32_t wanted) {
  const Written& written = answer.written;
  if (!written.error.empty()) return trouble(fmt::format("{} answers with an error: {}", url, shown(written.error)));
  if (answer.endless) return trouble(fmt::format("{} does not stop: {} tokens were asked for", url, wanted));
  if (answer.events.overflow()) return trouble(fmt::format("{} sends a line that never ends", url));
  if (written.pieces == 0) {
    if (answer.events.events() > 0) {
      return trouble(fmt::format("{} streamed {} events without a word in them", url, answer.events.events()));
    }
    const std::string& what = answer.whole.empty() ? answer.events.beginning() : answer.whole;
    return trouble(fmt::format("{} streams no answer, it sent {}", url, shown(what)),
                   "is it an OpenAI-compatible server, and is a model loaded?");
  }
  if (answer.whole.empty() && !written.done && written.finish_reason.empty()) {
    return trouble(fmt::format("{} stopped after {} of {} tokens without saying why", url, written.pieces, wanted),
                   "look at the server's own messages; nothing was kept of this run");
  }
  return {};
}

/// The server's counts, and rates by its own clock where it has one, else by ours.
Result<Timing> timing_of(const Answer& answer, const std::string& url, const Shape& shape) {
  const Written& written = answer.written;
  const std::optional<ServerTimings>& own = written.timings;
  Timing timing;
  timing.began_s = answer.began_s;
  timing.ended_s = answer.ended_s;
  timing.whole_s = answer.ended_s - answer.began_s;
  timing.first_at_s = written.first_s.value_or(answer.ended_s);
  timing.first_s = timing.first_at_s - answer.began_s;

  timing.written_tokens = own && own->written_tokens > 0 ? own->written_tokens : written.written_tokens.value_or(0);
  if (timing.written_tokens == 0) timing.written_tokens = written.pieces;
  const std::uint32_t prompt = written.prompt_tokens.value_or(0);
  timing.cached_tokens = own ? own->cached_tokens : std::min(prompt, written.cached_tokens.value_or(0));
  timing.prompt_tokens =
      own && own->prompt_tokens > 0 ? own->prompt_tokens : prompt - std::min(prompt, timing.cached_tokens);
  timing.sent_tokens = timing.prompt_tokens + timing.cached_tokens;
  if (timing.sent_tokens == 0) timing.sent_tokens = shape.prompt_tokens;
  timing.speculative = own && own->drafted_tokens > 0;
  if (timing.written_tokens > std::uint64_t{2} * shape.written_tokens + 16) {
    return trouble(
        fmt::format("{} says it wrote {} tokens; {} were asked for", url, timing.written_tokens, shape.written_tokens));
  }
  if (timing.prompt_tokens > std::uint64_t{16} * shape.prompt_tokens + 4096) {
    return trouble(
        fmt::format("{} says it read {} tokens; about {} were sent", url, timing.prompt_tokens, shape.prompt_tokens));
  }

  const double span_s = written.last_s.value_or(0) - written.first_s.value_or(0);
  if (own && own->written_ms > 0 && own->written_tokens > 0) {
    const double own_s = own->written_ms / 1e3;
    constexpr double k_faster = 3, k_slack_s = 0.1;
    if (own_s > timing.whole_s * 1.1 + k_slack_s || own_s * k_faster + k_slack_s < span_s) {
      return trouble(
          fmt::format("{} says it wrote for {:.3f} s; by the clock here the words came over {:.3f} s", url, own_s, span_s),
          "its timings are not to be trusted");
    }
    timing.decode_tokens_per_s = own->written_tokens / own_s;
  } else if (written.pieces >= 2 && timing.written_tokens >= 2 && span_s > 0) {
    timing.decode_tokens_per_s = (timing.written_tokens - 1) / span_s;
  }
  if (own && own->prompt_ms > 0 && own->prompt_tokens > 0) {
    if (own->prompt_ms / 1e3 > timing.whole_s * 1.1 + 0.1) {
      return trouble(fmt::format("{} says it read for {:.3f} s; the whole answer took {:.3f} s", url, own->prompt_ms / 1e3,
                                 timing.whole_s),
                     "its timings are not to be trusted");
    }
    timing.prefill_tokens_per_s = own->prompt_tokens * 1e3 / own->prompt_ms;
  } else if (timing.prompt_tokens > 0 && timing.decode_tokens_per_s && timing.first_s > 0) {
    // The first word is a decode step of its own.
    const double reading_s = timing.first_s - std::min(timing.first_s / 2, 1 / *timing.decode_tokens_per_s);
    timing.prefill_tokens_per_s = timing.prompt_tokens / reading_s;
  }
  if (!timing.decode_tokens_per_s) {
    return trouble(fmt::format("{} sends its answer in one piece, so reading and writing cannot be told apart", url),
                   "is something between here and there that collects it (a proxy)?");
  }
  // A token written costs at least about what a token read costs; much less means that words were held back.
  constexpr double k_held_back = 0.1;
  const bool by_our_clock = !own || own->written_ms <= 0;
  if (by_our_clock && timing.prompt_tokens >= 32 && timing.written_tokens >= 8 &&
      1 / *timing.decode_tokens_per_s < k_held_back * timing.first_s / timing.prompt_tokens) {
    return trouble(fmt::format("{} holds its words back: {:.2f} s of silence, then {} tokens within {:.3f} s", url,
                               timing.first_s, timing.written_tokens, span_s),
                   "is something between here and there that collects them (a proxy)?");
  }
  return timing;
}

}  // namespace

std::string prompt_of(std::uint32_t tokens, std::uint64_t seed) {
  std::string text;
  std::uint64_t state = seed * 6364136223846793005ULL + 1442695040888963407ULL;  // Knuth's linear congruence
  for (std::uint32_t i = 0; i + 12 < tokens; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    text += k_words[(state >> 33U) % k_words.size()];
    text += ' ';
  }
  return text + "\nWrite a very long story with all of these words.";
}

Result<Timing> ask_once(Server& server, const ServerWorld& world, const ServerFacts& facts, const Shape& shape,
                        Dialect& dialect, double silence_s) {
  while (true) {
    const std::string path = dialect.chat ? "/v1/chat/completions" : "/v1/completions";
    const std::string url = world.address + path;
    Result<Answer> answer =
        exchange(server, world, path, request_body(facts, shape, dialect), shape.written_tokens, silence_s);
    if (!answer) return tl::unexpected<Error>(std::move(answer).error().within(url));
    const int status = answer->reply.status;
    const bool refused = status == 400 || status == 422;
    if (refused && dialect.extras) {
      dialect.extras = false;
      continue;
    }
    if (dialect.chat && (refused || status == 404 || status == 405 || status == 501)) {
      dialect = {.chat = false, .extras = true};
      continue;
    }
    if (status < 200 || status >= 300) {
      return trouble(fmt::format("{} answers HTTP {}: {}", url, status, shown(answer->reply.body)),
                     status == 401 || status == 403 ? "set CANIRUN_SERVER_KEY to the key the server was started with"
                                                    : "look at the server's own messages; nothing was kept of this run");
    }
    const Result<void> sane = check_answer(*answer, url, shape.written_tokens);
    if (!sane) return tl::unexpected<Error>(sane.error());
    return timing_of(*answer, url, shape);
  }
}

}  // namespace canirun::bench
