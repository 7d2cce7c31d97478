// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "usage/keys.hpp"
#include "usage/lines.hpp"
#include "usage/tally.hpp"

namespace canirun::usage {

/// Puts records together from the objects of one top-level value.
class RecordBuilder {
 public:
  explicit RecordBuilder(Tally& tally) : tally_(tally) {}
  void begin(Place place, std::uint8_t rank, Format format);
  void end(Place place);
  /// False when the number is none a log can hold.
  bool scalar(Place place, Field field, Format format, std::string_view text);
  /// Forgets what is unfinished: its line is broken.
  void drop();

 private:
  /// One event, page or bucket that is still open.
  struct Open {
    Numbers flat, best, candidate;
    std::uint8_t best_rank = 0, candidate_rank = 0;
    Format format = Format::unknown, best_format = Format::unknown, candidate_format = Format::unknown;
    std::string model, inner_model, id, inner_id, request_id;
    std::optional<std::int32_t> day;
    bool in_candidate = false;
  };
  static constexpr std::size_t k_most_waiting = 4096;  // records of a bucket whose date has not come yet
  void close();

  Tally& tally_;
  std::vector<Open> open_;
  std::vector<Record> waiting_;
  std::size_t waiting_depth_ = 0;  ///< records that were open around them
  std::string session_model_;
  bool saw_messages_ = false;  ///< of a session, one by one: its sum is not counted as well
};

/// Reads JSON as it comes: lines of objects, one document, or an array with an object a line. Looks only into the places
/// that `meaning_of` knows; everything else is stepped over. A line that is no JSON is told and reading goes on behind it.
class JsonScanner {
 public:
  JsonScanner(Tally& tally, Lines& lines) : builder_(tally), lines_(lines) {}
  void feed(std::string_view bytes);
  void finish();

 private:
  enum class Expect : std::uint8_t { value, key_or_end, key, colon, comma_or_end };
  enum class Role : std::uint8_t { key, value, skipped };
  struct Frame {
    bool is_object = false;
    Place place = Place::none;
    std::uint8_t rank = 0;
    Format format = Format::unknown;
  };
  static constexpr std::size_t k_most_depth = 16;

  const char* top(const char* at);
  const char* token(const char* at);
  const char* in_string(const char* at, const char* end);
  const char* in_skipped(const char* at, const char* end);
  const char* in_scalar(const char* at, const char* end);
  const char* to_line_end(const char* at, const char* end);
  void open(bool is_object);
  void close(bool is_object);
  void string_ended();
  void value_ended();
  void line_ended();
  void broken(std::string_view reason);

  RecordBuilder builder_;
  Lines& lines_;
  std::array<Frame, k_most_depth> frames_{};
  std::size_t depth_ = 0;
  std::uint64_t skip_depth_ = 0;
  Expect expect_ = Expect::value;
  Meaning meaning_;
  Role role_ = Role::skipped;
  bool in_string_ = false, in_scalar_ = false, after_backslash_ = false;
  bool to_line_end_ = false;  ///< what is left of a broken line
  bool one_a_line_ = false;   ///< seen to be: then a value never runs over the end of its line
  bool lost_ = false;         ///< a document broke: only a line that starts an object is read again
  bool at_line_start_ = true;
  std::uint64_t value_line_ = 0;  ///< where the top-level value began
  std::string text_;              ///< the key or the value being read, up to k_most_text
};

}  // namespace canirun::usage
