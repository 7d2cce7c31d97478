// SPDX-License-Identifier: MIT
// The quant in a file's name. Names are a convention, not a format: llama.cpp's own type names in either case, written
// with other separators ("Q4KM", "q4-k-m"), with the endings of those who publish ("_L", "_XL", "UD-").
#include <array>

#include "formats/file_name.hpp"
#include "formats/file_set.hpp"

namespace canirun::formats {
namespace {

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }
bool is_separator(char c) { return c == '_' || c == '-'; }

/// A name in lower case, read from one place on. Each `take` moves on only when all of it is there.
struct Reader {
  std::string_view text;
  std::size_t at = 0;

  [[nodiscard]] char next() const { return at < text.size() ? text[at] : '\0'; }
  [[nodiscard]] bool at_word_end() const { return !is_alphanumeric(next()); }
  bool take(std::string_view word) {
    if (!text.substr(at).starts_with(word)) return false;
    at += word.size();
    return true;
  }
  /// A digit from `low` to `high`.
  char take_digit(char low, char high) { return next() >= low && next() <= high ? text[at++] : '\0'; }
  bool take_separator() { return is_separator(next()) && ++at > 0; }
  /// One of `words`, after a separator (or without, when that is `optional`), at the end of a word.
  template <std::size_t N>
  std::string_view take_ending(const std::array<std::string_view, N>& words, bool optional) {
    const std::size_t start = at;
    const bool separated = take_separator();
    if (separated || optional) {
      const std::size_t first = at;
      for (const std::string_view word : words) {
        if (take(word) && at_word_end()) return word;
        at = first;
      }
    }
    at = start;
    return {};
  }
};

std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

void append(std::string& name, std::string_view lower_ending) {
  if (!lower_ending.empty()) name += "_" + upper_case(lower_ending);
}

/// "q4_k_m", "q4_0", "q4_0_4_4", "q8_k_xl", "q6k"; `at` stands behind the "q".
std::string read_q(Reader& reader) {
  static constexpr std::array<std::string_view, 6> k_sizes = {"xxs", "xs", "xl", "s", "m", "l"};
  static constexpr std::array<std::string_view, 2> k_zero_one = {"0", "1"};
  static constexpr std::array<std::string_view, 3> k_repacked = {"4_4", "4_8", "8_8"};
  static constexpr std::array<std::string_view, 2> k_large = {"xl", "l"};
  const char bits = reader.take_digit('1', '8');
  if (bits == '\0') return {};
  std::string name = std::string("Q") + bits;
  if (const std::string_view variant = reader.take_ending(k_zero_one, false); !variant.empty()) {
    append(name, variant);
    const std::string_view repacked = reader.take_ending(k_repacked, false);
    append(name, repacked.empty() ? reader.take_ending(k_large, false) : repacked);
    return name;
  }
  reader.take_separator();
  if (!reader.take("k")) return {};
  name += "_K";
  append(name, reader.take_ending(k_sizes, true));
  return name;
}

/// "iq2_xxs", "iq4_nl", "iq4xs", "iq4_ks_r4"; `at` stands behind the "iq".
std::string read_iq(Reader& reader) {
  static constexpr std::array<std::string_view, 10> k_kinds = {"xxs", "kss", "xs", "nl", "ks", "kl", "kt", "s", "m", "k"};
  static constexpr std::array<std::string_view, 4> k_more = {"r4", "r8", "xl", "l"};
  const char bits = reader.take_digit('1', '6');
  if (bits == '\0') return {};
  std::string name = std::string("IQ") + bits;
  const std::string_view kind = reader.take_ending(k_kinds, true);
  if (kind.empty()) return {};
  append(name, kind);
  append(name, reader.take_ending(k_more, false));
  return name;
}

struct Found {
  std::string name;
  bool is_float = false;
};

/// The quant that starts at `at`; an empty name when none does.
Found read_quant(std::string_view text, std::size_t at) {
  Reader reader{.text = text, .at = at};
  struct Word {
    std::string_view written, name;
  };
  static constexpr std::array<Word, 9> k_floats = {{{"bf16", "BF16"},
                                                    {"fp16", "F16"},
                                                    {"f16", "F16"},
                                                    {"fp32", "F32"},
                                                    {"f32", "F32"},
                                                    {"f64", "F64"},
                                                    {"fp8", "FP8"},
                                                    {"float16", "F16"},
                                                    {"float32", "F32"}}};
  for (const Word& word : k_floats) {
    Reader here = reader;
    if (here.take(word.written) && here.at_word_end()) return {std::string(word.name), true};
  }
  Found found;
  if (reader.take("mxfp4")) {
    static constexpr std::array<std::string_view, 1> k_moe = {"moe"};
    found.name = "MXFP4";
    append(found.name, reader.take_ending(k_moe, false));
  } else if (reader.take("nvfp4")) {
    found.name = "NVFP4";
  } else {
    const bool dynamic = reader.take("ud-") || reader.take("ud_");
    if (reader.take("iq")) {
      found.name = read_iq(reader);
    } else if (reader.take("q")) {
      found.name = read_q(reader);
    } else if (reader.take("tq1_0")) {
      found.name = "TQ1_0";
    } else if (reader.take("tq2_0")) {
      found.name = "TQ2_0";
    }
    if (dynamic && !found.name.empty()) found.name.insert(0, "UD-");
  }
  if (!reader.at_word_end()) found.name.clear();
  return found;
}

}  // namespace

std::string quant_in_name(std::string_view file_name) {
  const std::string text = lower_case(base_name(file_name));
  // The last one counts; a float type only when there is no other: "Model-f16-Q4_K_M" was made from an F16.
  std::string quant, float_type;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && is_alphanumeric(text[at - 1])) continue;
    Found found = read_quant(text, at);
    if (found.name.empty()) continue;
    // "UD-Q4_K_XL" is found again without its mark three letters on.
    if (quant == "UD-" + found.name && at >= 3 && text.substr(at - 3, 2) == "ud") continue;
    (found.is_float ? float_type : quant) = std::move(found.name);
  }
  return quant.empty() ? float_type : quant;
}

}  // namespace canirun::formats
