// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "usage/record.hpp"

namespace canirun::usage {

/// Sizes of prompts, counted in classes a forty-eighth of a doubling wide (1.5 %): quantiles in constant memory.
class Sizes {
 public:
  void add(double tokens);
  /// The size that `share` of them do not exceed, to within a class; nothing when there are none.
  [[nodiscard]] std::optional<double> quantile(double share) const;

 private:
  static constexpr int k_classes_per_doubling = 48, k_doublings = 40;
  std::vector<std::uint32_t> counts_;  ///< made when first needed
  std::uint64_t total_ = 0;
};

/// Remembers the last events by what makes them the same, with the tokens counted for them. Two generations of a fixed
/// size: when one is full the older one is forgotten.
class Seen {
 public:
  /// Tokens already counted for this event; null when it is new, and then it is remembered with none.
  Tokens* find_or_add(std::uint64_t id_hash, bool& is_new);

 private:
  static constexpr std::size_t k_generation = 1U << 16U, k_first_slots = 256;
  struct Slot {
    std::uint64_t id_hash = 0;
    Tokens tokens;
  };
  Slot* slot_in(std::vector<Slot>& slots, std::uint64_t id_hash) const;
  std::vector<Slot> current_, previous_;
  std::size_t used_ = 0;
};

/// Days with use, by number.
class Days {
 public:
  void add(std::int32_t day);
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] std::int32_t first() const { return first_; }
  [[nodiscard]] std::int32_t last() const { return last_; }

 private:
  static constexpr std::int32_t k_first_day = 10957, k_days = 36525;  // 2000-01-01 and a century
  std::vector<bool> seen_;
  std::uint32_t count_ = 0;
  std::int32_t first_ = 0, last_ = 0;
};

/// Adds records up.
class Tally {
 public:
  void add(const Record& record);
  /// Moves the sums into a reading.
  void finish(Reading& reading) const;
  [[nodiscard]] bool empty() const { return records_ == 0; }

 private:
  struct Model {
    Tokens tokens;
    double requests = 0;
    Days days;
  };
  static constexpr std::size_t k_most_models = 256;  // what comes later is counted as "other models"
  Model& model_of(const std::string& name);

  std::map<std::string, Model, std::less<>> models_;
  Model* last_model_ = nullptr;
  std::string last_name_;
  Days days_;
  Sizes prompts_, fresh_;
  Seen seen_;
  double requests_ = 0, session_total_ = -1;
  std::uint64_t records_ = 0, duplicates_ = 0, undated_ = 0;
  bool sums_several_ = false, requests_unknown_ = false;
  std::array<std::uint64_t, 16> formats_{};
};

}  // namespace canirun::usage
