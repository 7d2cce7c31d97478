// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <canirun/names.hpp>

#include "report/cost_parts.hpp"
#include "report/numbers.hpp"

namespace canirun::report {
namespace {

std::string format_words(UsageFormat format) {
  switch (format) {
    case UsageFormat::openai_usage:
      return "OpenAI usage export";
    case UsageFormat::anthropic_usage:
      return "Anthropic usage export";
    case UsageFormat::litellm:
      return "LiteLLM spend log";
    case UsageFormat::openrouter:
      return "OpenRouter activity";
    case UsageFormat::deepseek:
      return "DeepSeek usage export";
    case UsageFormat::agent_log:
      return "coding agent's session log";
    case UsageFormat::api_responses:
      return "answers of an API";
    case UsageFormat::ollama:
      return "answers of Ollama";
    case UsageFormat::llama_server:
      return "log of llama-server";
    case UsageFormat::unknown:
      break;
  }
  return "log";
}

std::string dates(const UsageReading& usage) {
  if (usage.active_days == 0) return "no dates in it";
  if (usage.active_days == 1) return "on " + usage.first_day;
  return fmt::format("on {} days from {} to {}", usage.active_days, usage.first_day, usage.last_day);
}

std::string classes(const TokenSums& tokens) {
  std::string text = fmt::format("{} fresh", format_tokens(tokens.input));
  if (tokens.cache_write > 0) text += fmt::format(", {} written to a cache", format_tokens(tokens.cache_write));
  if (tokens.cache_read > 0) text += fmt::format(", {} read from one", format_tokens(tokens.cache_read));
  text += fmt::format(", {} out", format_tokens(tokens.output));
  if (tokens.reasoning > 0) text += fmt::format(" ({} of it thinking)", format_tokens(tokens.reasoning));
  return text;
}

}  // namespace

void tell_usage(Page& page, const UsageReading& usage) {
  const std::string counted = usage.requests > 0 ? fmt::format("{} requests", format_tokens(usage.requests))
                                                 : fmt::format("{} rows", format_tokens(static_cast<double>(usage.records)));
  std::string text = fmt::format("{} in {} ({}) {}: {}", counted, usage.source, format_words(usage.format), dates(usage),
                                 classes(usage.total));
  if (usage.active_days > 0 && usage.requests > 0)
    text += fmt::format("; {} requests a day", format_significant(usage.requests / usage.active_days, 3));
  if (usage.prompt_p50_tokens && usage.prompt_p95_tokens) {
    text += fmt::format("; half the prompts are under {} tokens, 95 % under {}", format_tokens(*usage.prompt_p50_tokens),
                        format_tokens(*usage.prompt_p95_tokens));
  }
  page.paragraph(text, 2);
  if (usage.duplicates > 0) {
    page.paragraph(fmt::format("{} entries were written more than once and count once",
                               format_tokens(static_cast<double>(usage.duplicates))),
                   2);
  }
  if (usage.undated_records > 0 && usage.active_days > 0) {
    page.paragraph(fmt::format("{} of them have no date: counted, on no day of their own",
                               format_tokens(static_cast<double>(usage.undated_records))),
                   2);
  }
  if (usage.first_broken) {
    page.paragraph(fmt::format("{} lines could not be read; the first is line {}: {}", usage.broken_lines,
                               usage.first_broken->line, usage.first_broken->reason),
                   2);
  }
  constexpr std::size_t k_models_shown = 5;
  if (usage.models.size() < 2) return;
  std::vector<std::string> lines;
  for (const ModelUse& model : usage.models) {
    if (lines.size() == k_models_shown) {
      lines.push_back(fmt::format("{} more", usage.models.size() - k_models_shown));
      break;
    }
    lines.push_back(fmt::format("{}: {}", model.model.empty() ? "(not named)" : model.model, classes(model.tokens)));
  }
  page.details("by model", lines);
}

void write_usage_log(Node root, const UsageReading* usage) {
  if (usage == nullptr) return root.set_null("usage_log");
  const auto sums = [](Node node, const TokenSums& tokens) {
    node.set("input_tokens", tokens.input);
    node.set("cache_write_tokens", tokens.cache_write);
    node.set("cache_read_tokens", tokens.cache_read);
    node.set("output_tokens", tokens.output);
    node.set("reasoning_tokens", tokens.reasoning);
  };
  root.object("usage_log", [&](Node node) {
    node.set("source", usage->source);
    node.set("format", usage->format);
    node.object("total", [&](Node total) { sums(total, usage->total); });
    node.set("requests", usage->requests > 0 ? std::optional(usage->requests) : std::nullopt);
    node.set("active_days", usage->active_days);
    node.set("first_day", usage->first_day.empty() ? std::nullopt : std::optional(usage->first_day));
    node.set("last_day", usage->last_day.empty() ? std::nullopt : std::optional(usage->last_day));
    node.set("prompt_p50_tokens", usage->prompt_p50_tokens);
    node.set("prompt_p95_tokens", usage->prompt_p95_tokens);
    node.objects("models", usage->models, [&](Node entry, const ModelUse& model) {
      entry.set("model", model.model.empty() ? std::nullopt : std::optional(model.model));
      sums(entry, model.tokens);
      entry.set("requests", model.requests > 0 ? std::optional(model.requests) : std::nullopt);
      entry.set("active_days", model.active_days);
    });
    node.set("records", usage->records);
    node.set("duplicates", usage->duplicates);
    node.set("undated_records", usage->undated_records);
    node.set("broken_lines", usage->broken_lines);
    if (usage->first_broken) {
      node.object("first_broken", [&](Node broken) {
        broken.set("line", usage->first_broken->line);
        broken.set("reason", usage->first_broken->reason);
      });
    } else {
      node.set_null("first_broken");
    }
  });
}

}  // namespace canirun::report
