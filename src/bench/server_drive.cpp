// SPDX-License-Identifier: MIT
// The load: a warm-up, two lengths of prompt, and on request several at once.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <thread>

#include "bench/server_request.hpp"

namespace canirun::bench {
namespace {

constexpr std::uint32_t k_warm_up_tokens = 8;
/// Fewer say nothing about a rate.
constexpr std::uint32_t k_least_written = 8;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<double> spread_of(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1)) / mean;
}

/// Repetitions of one shape as one measurement.
Measurement summary(const ServerFacts& facts, const std::vector<Timing>& timings) {
  Measurement run;
  run.source = "server";
  run.engine = facts.engine;
  run.engine_version = facts.version;
  run.model_name = facts.model;
  run.quant = facts.quant;
  run.parallel = 1;
  run.repetitions = static_cast<std::uint32_t>(timings.size());
  if (facts.gpu_share) {
    if (*facts.gpu_share > 0.999) run.gpu_layers = 999;
    if (*facts.gpu_share < 0.001) run.gpu_layers = 0;
  }
  std::vector<double> decode, prefill, first;
  for (const Timing& timing : timings) {
    if (timing.decode_tokens_per_s && timing.written_tokens >= k_least_written)
      decode.push_back(*timing.decode_tokens_per_s);
    if (timing.prefill_tokens_per_s) prefill.push_back(*timing.prefill_tokens_per_s);
    first.push_back(timing.first_s);
    run.speculative = run.speculative || timing.speculative;
  }
  const Timing& last = timings.back();
  if (!decode.empty()) {
    run.decode = MeasuredRate{.tokens_per_s = median(decode),
                              .tokens = last.written_tokens,
                              .depth_tokens = last.sent_tokens + last.written_tokens / 2,
                              .spread = spread_of(decode)};
  }
  if (!prefill.empty() && last.prompt_tokens > 0) {
    run.prefill = MeasuredRate{.tokens_per_s = median(prefill),
                               .tokens = last.prompt_tokens,
                               .depth_tokens = last.cached_tokens,
                               .spread = spread_of(prefill)};
  }
  run.time_to_first_token_s = median(first);
  return run;
}

class Driver {
 public:
  Driver(const ServerWorld& world, const ServerFacts& facts, const ServerLoad& load)
      : world_(world), facts_(facts), load_(load), seed_(static_cast<std::uint64_t>(world.now_s() * 1e6)) {}

  Result<ServerResult> run() {
    std::unique_ptr<Server> server = world_.connect();
    // The first answer may wait for the model to be loaded.
    tell("warming up");
    const Result<Timing> warm =
        ask(*server, {.prompt_tokens = load_.short_prompt_tokens, .written_tokens = k_warm_up_tokens});
    if (!warm) return tl::unexpected<Error>(warm.error());

    const Result<Timing> short_one = repeat(*server, load_.short_prompt_tokens, load_.repetitions);
    if (!short_one) return tl::unexpected<Error>(short_one.error());
    const Result<void> long_ones = longer(*server, *short_one);
    if (!long_ones) return tl::unexpected<Error>(long_ones.error());
    if (load_.parallel > 1) {
      const Result<void> together = at_once();
      if (!together) return tl::unexpected<Error>(together.error());
    }
    return std::move(result_);
  }

 private:
  void tell(const std::string& what) {
    if (world_.progress) world_.progress(fmt::format("{}: {}", world_.address, what));
  }

  Result<Timing> ask(Server& server, Shape shape) {
    shape.seed = ++seed_;
    return ask_once(server, world_, facts_, shape, dialect_, load_.silence_s);
  }

  Result<Timing> repeat(Server& server, std::uint32_t prompt_tokens, std::uint32_t times) {
    std::vector<Timing> timings;
    for (std::uint32_t i = 0; i < times; ++i) {
      tell(fmt::format("prompt of about {} tokens, {} of {}", prompt_tokens, i + 1, times));
      Result<Timing> timing = ask(server, {.prompt_tokens = prompt_tokens, .written_tokens = load_.written_tokens});
      if (!timing) return timing;
      timings.push_back(*timing);
      if (timing->whole_s > load_.patience_s) break;
    }
    const Timing& last = timings.back();
    if (last.written_tokens < k_least_written) {
      return fail(ErrorKind::network,
                  fmt::format("{} wrote only {} tokens of the {} asked for", world_.address, last.written_tokens,
                              load_.written_tokens),
                  "the model ends its answer at once: is its chat template the right one?");
    }
    result_.runs.push_back(summary(facts_, timings));
    return last;
  }

  /// The long prompt, cut down where a slow machine would take minutes over it.
  Result<void> longer(Server& server, const Timing& short_one) {
    if (short_one.prompt_tokens == 0) {
      result_.notes.emplace_back("the server does not count the tokens of a prompt, so reading is not measured");
      return {};
    }
    const double read_s = short_one.first_s / short_one.prompt_tokens;
    const double write_s = load_.written_tokens / short_one.decode_tokens_per_s.value_or(1);
    const double affordable = (load_.patience_s - write_s) / read_s;
    std::uint32_t tokens = load_.long_prompt_tokens;
    if (affordable < tokens) {
      tokens = static_cast<std::uint32_t>(std::max(affordable, 0.0)) / 64 * 64;
      if (tokens < 2 * load_.short_prompt_tokens) {
        result_.notes.emplace_back("the machine is too slow for a long prompt: only short ones were measured");
        return {};
      }
      result_.notes.push_back(
          fmt::format("a slow machine: prompts of {} tokens instead of {}", tokens, load_.long_prompt_tokens));
    }
    const Result<Timing> timing = repeat(server, tokens, load_.repetitions);
    return timing ? Result<void>() : tl::unexpected<Error>(timing.error());
  }

  Result<void> at_once() {
    tell(fmt::format("{} requests at once", load_.parallel));
    std::vector<Result<Timing>> timings(load_.parallel, fail(ErrorKind::internal, "not asked"));
    std::vector<std::thread> threads;
    const std::uint64_t first_seed = seed_ + 1;
    seed_ += load_.parallel;
    const auto work = [&](std::uint32_t self) {
      const std::unique_ptr<Server> server = world_.connect();
      Dialect dialect = dialect_;
      timings[self] = ask_once(
          *server, world_, facts_,
          {.prompt_tokens = load_.short_prompt_tokens, .written_tokens = load_.written_tokens, .seed = first_seed + self},
          dialect, load_.silence_s);
    };
    bool enough = true;
    try {
      for (std::uint32_t i = 0; i < load_.parallel; ++i) threads.emplace_back(work, i);
    } catch (const std::system_error&) {
      enough = false;
    }
    for (std::thread& thread : threads) thread.join();
    if (!enough) return fail(ErrorKind::io, fmt::format("this system does not give {} threads", load_.parallel));

    std::vector<Timing> good;
    for (const Result<Timing>& timing : timings) {
      if (!timing) return tl::unexpected<Error>(Error(timing.error()).within(fmt::format("{} at once", load_.parallel)));
      good.push_back(*timing);
    }
    add_together(good);
    return {};
  }

  void add_together(const std::vector<Timing>& timings) {
    Measurement run = summary(facts_, timings);
    run.parallel = load_.parallel;
    run.repetitions = 1;
    run.prefill.reset();  // each waited for the others' prompts
    double tokens = 0, from_s = timings.front().first_at_s, to_s = timings.front().ended_s;
    for (const Timing& timing : timings) {
      tokens += timing.written_tokens;
      from_s = std::min(from_s, timing.first_at_s);
      to_s = std::max(to_s, timing.ended_s);
    }
    if (to_s > from_s) result_.together_tokens_per_s = tokens / (to_s - from_s);
    result_.runs.push_back(std::move(run));
  }

  const ServerWorld& world_;
  const ServerFacts& facts_;
  const ServerLoad& load_;
  std::uint64_t seed_;
  Dialect dialect_;
  ServerResult result_;
};

}  // namespace

Result<ServerResult> drive(const ServerWorld& world, const ServerFacts& facts, const ServerLoad& load) {
  return Driver(world, facts, load).run();
}

}  // namespace canirun::bench
