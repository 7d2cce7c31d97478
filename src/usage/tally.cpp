// SPDX-License-Identifier: MIT
#include "usage/tally.hpp"

#include <algorithm>
#include <cmath>

namespace canirun::usage {

void Sizes::add(double tokens) {
  if (!(tokens >= 1)) return;
  if (counts_.empty()) counts_.resize(static_cast<std::size_t>(k_classes_per_doubling * k_doublings));
  const double position = std::log2(tokens) * k_classes_per_doubling;
  ++counts_[std::min(counts_.size() - 1, static_cast<std::size_t>(position))];
  ++total_;
}

std::optional<double> Sizes::quantile(double share) const {
  if (total_ == 0) return std::nullopt;
  const double wanted = share * static_cast<double>(total_);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (counts_[i] > 0 && static_cast<double>(below) >= wanted)
      return std::round(std::exp2((static_cast<double>(i) + 0.5) / k_classes_per_doubling));
  }
  return std::nullopt;
}

Seen::Slot* Seen::slot_in(std::vector<Slot>& slots, std::uint64_t id_hash) const {
  // At most half full, so a free slot ends every search.
  for (std::size_t at = id_hash & (slots.size() - 1);; at = (at + 1) & (slots.size() - 1)) {
    if (slots[at].id_hash == id_hash || slots[at].id_hash == 0) return &slots[at];
  }
}

Tokens* Seen::find_or_add(std::uint64_t id_hash, bool& is_new) {
  if (current_.empty()) current_.resize(k_first_slots);
  Slot* slot = slot_in(current_, id_hash);
  if (slot->id_hash == id_hash) {
    is_new = false;
    return &slot->tokens;
  }
  Tokens counted;
  is_new = true;
  if (!previous_.empty()) {
    const Slot* old = slot_in(previous_, id_hash);
    if (old->id_hash == id_hash) {
      counted = old->tokens;
      is_new = false;
    }
  }
  if (used_ == k_generation) {
    previous_.swap(current_);
    current_.assign(k_first_slots, Slot{});
    used_ = 0;
    slot = slot_in(current_, id_hash);
  }
  if (2 * used_ >= current_.size()) {
    std::vector<Slot> larger(2 * current_.size());
    for (const Slot& old : current_) {
      if (old.id_hash != 0) *slot_in(larger, old.id_hash) = old;
    }
    current_.swap(larger);
    slot = slot_in(current_, id_hash);
  }
  ++used_;
  *slot = {.id_hash = id_hash, .tokens = counted};
  return &slot->tokens;
}

void Days::add(std::int32_t day) {
  const std::int32_t at = day - k_first_day;
  if (at < 0 || at >= k_days) return;
  if (seen_.empty()) seen_.resize(k_days);
  if (seen_[static_cast<std::size_t>(at)]) return;
  seen_[static_cast<std::size_t>(at)] = true;
  first_ = count_ == 0 ? day : std::min(first_, day);
  last_ = count_ == 0 ? day : std::max(last_, day);
  ++count_;
}

Tally::Model& Tally::model_of(const std::string& name) {
  if (last_model_ != nullptr && last_name_ == name) return *last_model_;
  auto found = models_.find(name);
  if (found == models_.end()) {
    found = models_.try_emplace(models_.size() < k_most_models ? name : std::string("other models")).first;
  }
  last_model_ = &found->second;
  last_name_ = name;
  return *last_model_;
}

void Tally::add(const Record& record) {
  Tokens tokens = tokens_of(record.numbers);
  if (tokens.all() <= 0 && !record.numbers.has(Field::requests)) return;
  // The running sum of a session stands still: the event was written twice.
  if (record.numbers.has(Field::session_total)) {
    const double sum = record.numbers.get(Field::session_total);
    if (sum == session_total_) {
      ++duplicates_;
      return;
    }
    session_total_ = sum;
  }

  // Agents write a message once for each piece that streams in, each with the tokens so far: the largest counts.
  bool again = false;
  if (record.id_hash != 0) {
    bool is_new = true;
    Tokens* counted = seen_.find_or_add(record.id_hash, is_new);
    again = !is_new;
    const Tokens before = *counted;
    const auto larger = [](double& now, double then, double& kept) {
      kept = std::max(now, then);
      now = kept - then;
    };
    larger(tokens.input, before.input, counted->input);
    larger(tokens.cache_write, before.cache_write, counted->cache_write);
    larger(tokens.cache_read, before.cache_read, counted->cache_read);
    larger(tokens.output, before.output, counted->output);
    larger(tokens.reasoning, before.reasoning, counted->reasoning);
  }

  Model& model = model_of(record.model);
  model.tokens += tokens;
  if (again) {
    ++duplicates_;
    return;
  }
  ++records_;
  ++formats_[static_cast<std::size_t>(record.format) % formats_.size()];
  if (record.day) {
    days_.add(*record.day);
    model.days.add(*record.day);
  } else {
    ++undated_;
  }
  // Rows of an export are sums: of as many requests as they say, or of an unknown number.
  const bool has_count = record.numbers.has(Field::requests);
  const bool is_sum = record.format == Format::anthropic_usage || record.format == Format::deepseek;
  const double requests = has_count ? record.numbers.get(Field::requests) : is_sum ? 0 : 1;
  requests_ += requests;
  model.requests += requests;
  requests_unknown_ = requests_unknown_ || (is_sum && !has_count && record.format == Format::anthropic_usage);
  if (requests == 1) {
    prompts_.add(tokens.prompt());
    fresh_.add(tokens.input + tokens.cache_write);
  } else if (tokens.prompt() > 0) {
    sums_several_ = true;
  }
}

void Tally::finish(Reading& reading) const {
  reading.records = records_;
  reading.duplicates = duplicates_;
  reading.undated_records = undated_;
  reading.requests = requests_unknown_ ? 0 : requests_;
  const auto most = std::max_element(formats_.begin(), formats_.end());
  reading.format = static_cast<Format>(most - formats_.begin());
  for (const auto& [name, model] : models_) {
    reading.total += model.tokens;
    reading.models.push_back(
        {.model = name, .tokens = model.tokens, .requests = model.requests, .active_days = model.days.count()});
  }
  std::stable_sort(reading.models.begin(), reading.models.end(),
                   [](const ModelUse& a, const ModelUse& b) { return a.tokens.all() > b.tokens.all(); });
  reading.active_days = days_.count();
  if (days_.count() > 0) {
    reading.first_day = day_text(days_.first());
    reading.last_day = day_text(days_.last());
    reading.span_days = static_cast<double>(days_.last() - days_.first() + 1);
  }
  if (!sums_several_) {
    reading.prompt_p50_tokens = prompts_.quantile(0.5);
    reading.prompt_p95_tokens = prompts_.quantile(0.95);
    reading.fresh_p50_tokens = fresh_.quantile(0.5);
    constexpr int k_points = 100;
    for (int i = 0; i < k_points; ++i) {
      if (const auto size = prompts_.quantile((i + 0.5) / k_points)) reading.request_sizes_tokens.push_back(*size);
    }
  }
}

}  // namespace canirun::usage
