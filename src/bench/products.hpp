// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bench/cpu_features.hpp"

/// Matrix products on one core, blocked as an engine's are: panels of B that stay in the second-level cache, tiles of C that
/// stay in registers. C[m][n] += sum over k of A[m][k] * B[k][n]; A holds activations, B weights.
namespace canirun::bench {

enum class NumberFormat : std::uint8_t { fp32, fp16, int8 };
constexpr auto enum_names(NumberFormat) { return std::array<std::string_view, 3>{"fp32", "fp16", "int8"}; }

/// fp32: both sides. fp16: weights stored as fp16, products in fp32 (what CPU backends do with F16 files). int8: unsigned
/// activations, signed weights, sums in 32 bits.
class Product {
 public:
  virtual ~Product() = default;
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;
  /// Runs once.
  virtual void run() = 0;
  /// Multiplications and additions of one run.
  [[nodiscard]] virtual double operations() const = 0;
  /// An element of C, as it is after the runs so far; for tests. Row and column within the matrix.
  [[nodiscard]] virtual double at(std::size_t row, std::size_t column) const = 0;
  /// What a run adds to that element, computed plainly from the same A and B.
  [[nodiscard]] virtual double expected(std::size_t row, std::size_t column) const = 0;

 protected:
  Product() = default;
};

struct ProductSize {
  std::size_t rows = 192, columns = 384, depth = 512;
};
/// With the kernels asked for, which must be ones this processor runs. Rounded up to whole tiles.
std::unique_ptr<Product> make_product(NumberFormat format, Kernels kernels, ProductSize size = {});

}  // namespace canirun::bench
