// SPDX-License-Identifier: MIT
// Numbers and block sizes: ggml.h, ggml-common.h and llama.h of llama.cpp (September 2026).
#include "formats/ggml_types.hpp"

#include <algorithm>
#include <array>

namespace canirun::formats {
namespace {

using T = TensorType;

constexpr GgmlType same(std::uint32_t number, std::string_view name, std::uint32_t elements, std::uint32_t bytes, T type) {
  return {.number = number, .name = name, .block_elements = elements, .block_bytes = bytes, .type = type};
}
constexpr GgmlType stand_in(std::uint32_t number, std::string_view name, std::uint32_t elements, std::uint32_t bytes, T type,
                            bool removed = false) {
  return {.number = number,
          .name = name,
          .block_elements = elements,
          .block_bytes = bytes,
          .type = type,
          .exact = false,
          .removed = removed};
}

// The interleaved forms (_4_4 and the like) hold the same blocks in another order.
constexpr std::array k_types{
    same(0, "F32", 1, 4, T::f32),
    same(1, "F16", 1, 2, T::f16),
    same(2, "Q4_0", 32, 18, T::q4_0),
    same(3, "Q4_1", 32, 20, T::q4_1),
    same(4, "MXFP4", 32, 17, T::mxfp4),  // of Ollama's converter, before ggml gave it 39
    same(6, "Q5_0", 32, 22, T::q5_0),
    same(7, "Q5_1", 32, 24, T::q5_1),
    same(8, "Q8_0", 32, 34, T::q8_0),
    same(9, "Q8_1", 32, 36, T::q8_1),
    same(10, "Q2_K", 256, 84, T::q2_k),
    same(11, "Q3_K", 256, 110, T::q3_k),
    same(12, "Q4_K", 256, 144, T::q4_k),
    same(13, "Q5_K", 256, 176, T::q5_k),
    same(14, "Q6_K", 256, 210, T::q6_k),
    stand_in(15, "Q8_K", 256, 292, T::q8_0),
    same(16, "IQ2_XXS", 256, 66, T::iq2_xxs),
    same(17, "IQ2_XS", 256, 74, T::iq2_xs),
    same(18, "IQ3_XXS", 256, 98, T::iq3_xxs),
    same(19, "IQ1_S", 256, 50, T::iq1_s),
    same(20, "IQ4_NL", 32, 18, T::iq4_nl),
    same(21, "IQ3_S", 256, 110, T::iq3_s),
    same(22, "IQ2_S", 256, 82, T::iq2_s),
    same(23, "IQ4_XS", 256, 136, T::iq4_xs),
    stand_in(24, "I8", 1, 1, T::fp8),
    stand_in(25, "I16", 1, 2, T::f16),
    stand_in(26, "I32", 1, 4, T::f32),
    stand_in(27, "I64", 1, 8, T::f32),
    stand_in(28, "F64", 1, 8, T::f32),
    same(29, "IQ1_M", 256, 56, T::iq1_m),
    same(30, "BF16", 1, 2, T::bf16),
    stand_in(31, "Q4_0_4_4", 32, 18, T::q4_0, true),
    stand_in(32, "Q4_0_4_8", 32, 18, T::q4_0, true),
    stand_in(33, "Q4_0_8_8", 32, 18, T::q4_0, true),
    same(34, "TQ1_0", 256, 54, T::tq1_0),
    same(35, "TQ2_0", 256, 66, T::tq2_0),
    stand_in(36, "IQ4_NL_4_4", 32, 18, T::iq4_nl, true),
    stand_in(37, "IQ4_NL_4_8", 32, 18, T::iq4_nl, true),
    stand_in(38, "IQ4_NL_8_8", 32, 18, T::iq4_nl, true),
    same(39, "MXFP4", 32, 17, T::mxfp4),
    same(40, "NVFP4", 64, 36, T::nvfp4),
    stand_in(41, "Q1_0", 128, 18, T::tq1_0),
    stand_in(42, "Q2_0", 64, 18, T::tq2_0),
};

constexpr std::array k_file_types{
    GgufFileType{0, "F32", "all F32"},
    GgufFileType{1, "F16", "F16"},
    GgufFileType{2, "Q4_0", "Q4_0"},
    GgufFileType{3, "Q4_1", "Q4_1"},
    GgufFileType{4, "MXFP4_MOE", "MXFP4 MoE"},  // of Ollama's converter
    GgufFileType{7, "Q8_0", "Q8_0"},
    GgufFileType{8, "Q5_0", "Q5_0"},
    GgufFileType{9, "Q5_1", "Q5_1"},
    GgufFileType{10, "Q2_K", "Q2_K - Medium"},
    GgufFileType{11, "Q3_K_S", "Q3_K - Small"},
    GgufFileType{12, "Q3_K_M", "Q3_K - Medium"},
    GgufFileType{13, "Q3_K_L", "Q3_K - Large"},
    GgufFileType{14, "Q4_K_S", "Q4_K - Small"},
    GgufFileType{15, "Q4_K_M", "Q4_K - Medium"},
    GgufFileType{16, "Q5_K_S", "Q5_K - Small"},
    GgufFileType{17, "Q5_K_M", "Q5_K - Medium"},
    GgufFileType{18, "Q6_K", "Q6_K"},
    GgufFileType{19, "IQ2_XXS", "IQ2_XXS - 2.0625 bpw"},
    GgufFileType{20, "IQ2_XS", "IQ2_XS - 2.3125 bpw"},
    GgufFileType{21, "Q2_K_S", "Q2_K - Small"},
    GgufFileType{22, "IQ3_XS", "IQ3_XS - 3.3 bpw"},
    GgufFileType{23, "IQ3_XXS", "IQ3_XXS - 3.0625 bpw"},
    GgufFileType{24, "IQ1_S", "IQ1_S - 1.5625 bpw"},
    GgufFileType{25, "IQ4_NL", "IQ4_NL - 4.5 bpw"},
    GgufFileType{26, "IQ3_S", "IQ3_S - 3.4375 bpw"},
    GgufFileType{27, "IQ3_M", "IQ3_S mix - 3.66 bpw"},
    GgufFileType{28, "IQ2_S", "IQ2_S - 2.5 bpw"},
    GgufFileType{29, "IQ2_M", "IQ2_M - 2.7 bpw"},
    GgufFileType{30, "IQ4_XS", "IQ4_XS - 4.25 bpw"},
    GgufFileType{31, "IQ1_M", "IQ1_M - 1.75 bpw"},
    GgufFileType{32, "BF16", "BF16"},
    GgufFileType{33, "Q4_0_4_4", "Q4_0_4_4"},
    GgufFileType{34, "Q4_0_4_8", "Q4_0_4_8"},
    GgufFileType{35, "Q4_0_8_8", "Q4_0_8_8"},
    GgufFileType{36, "TQ1_0", "TQ1_0 - 1.69 bpw ternary"},
    GgufFileType{37, "TQ2_0", "TQ2_0 - 2.06 bpw ternary"},
    GgufFileType{38, "MXFP4_MOE", "MXFP4 MoE"},
    GgufFileType{39, "NVFP4", "NVFP4"},
    GgufFileType{40, "Q1_0", "Q1_0"},
    GgufFileType{41, "Q2_0", "Q2_0"},
};

template <class Table>
auto numbered(const Table& table, std::uint32_t number) -> std::optional<typename Table::value_type> {
  const auto at = std::lower_bound(table.begin(), table.end(), number,
                                   [](const auto& entry, std::uint32_t wanted) { return entry.number < wanted; });
  if (at == table.end() || at->number != number) return std::nullopt;
  return *at;
}

}  // namespace

std::optional<GgmlType> ggml_type(std::uint32_t number) { return numbered(k_types, number); }

std::string ggml_type_name(std::uint32_t number) {
  const std::optional<GgmlType> type = ggml_type(number);
  return type ? std::string(type->name) : "type " + std::to_string(number);
}

std::optional<GgufFileType> gguf_file_type(std::uint32_t number) { return numbered(k_file_types, number); }

}  // namespace canirun::formats
