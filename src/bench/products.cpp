// SPDX-License-Identifier: MIT
#include "bench/products.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "bench/products_parts.hpp"

namespace canirun::bench {
namespace {

std::size_t rounded(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

/// A and B in the order in which the tiles read them, C tile by tile: rows of a wide matrix would lie whole pages apart, all
/// in the same few lines of the cache. `group`: values of one step and row (int8: 4).
template <class Tile, class A, class B, class C, std::size_t group>
class Blocked : public Product {
 public:
  Blocked(TileKernel<Tile> kernel, ProductSize size)
      : kernel_(kernel),
        rows_(rounded(size.rows, kernel.rows)),
        columns_(rounded(size.columns, kernel.columns)),
        steps_(rounded(size.depth, group * kernel.steps_together) / group),
        a_(rows_ * steps_ * group),
        b_(columns_ * steps_ * group),
        c_(rows_ * columns_) {
    for (std::size_t k = 0; k < steps_ * group; ++k) {
      for (std::size_t r = 0; r < rows_; ++r) a_[place_in_a(r, k)] = value_of_a(r, k);
      for (std::size_t n = 0; n < columns_; ++n) b_[place(n, k, kernel_.columns)] = value_of_b(n, k);
    }
  }

  void run() override {
    if (kernel_.begin != nullptr) kernel_.begin();
    for (std::size_t from = 0; from < steps_; from += k_block_depth) {
      const std::size_t depth = std::min(k_block_depth, steps_ - from);
      for (std::size_t n = 0; n < columns_; n += kernel_.columns) {
        const B* weights = b_.data() + n * steps_ * group + from * kernel_.columns * group;
        for (std::size_t r = 0; r < rows_; r += kernel_.rows) {
          const A* values = a_.data() + r * steps_ * group + from * kernel_.rows * group;
          kernel_.run(values, weights, c_.data() + place_in_c(r, n), kernel_.columns, depth);
        }
      }
    }
    if (kernel_.end != nullptr) kernel_.end();
  }
  [[nodiscard]] double operations() const override {
    return 2.0 * static_cast<double>(rows_) * static_cast<double>(columns_) * static_cast<double>(steps_ * group);
  }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const override {
    return static_cast<double>(c_[place_in_c(row, column)]);
  }
  [[nodiscard]] double expected(std::size_t row, std::size_t column) const override {
    double sum = 0;
    for (std::size_t k = 0; k < steps_ * group; ++k) {
      sum += static_cast<double>(a_[place_in_a(row, k)]) * number(b_[place(column, k, kernel_.columns)]);
    }
    return sum;
  }

 private:
  /// Steps of depth that are done before the next panel: a panel of A and one of B then fit the first-level cache together.
  /// A multiple of every kernel's steps_together.
  static constexpr std::size_t k_block_depth = group > 1 ? 128 : 256;

  /// Panel after panel; within one, step after step; within a step, `group` values of each row.
  [[nodiscard]] std::size_t place(std::size_t row, std::size_t k, std::size_t panel) const {
    return row / panel * panel * steps_ * group + k / group * panel * group + row % panel * group + k % group;
  }
  /// The same for A, where a row's values of several steps may lie together.
  [[nodiscard]] std::size_t place_in_a(std::size_t row, std::size_t k) const {
    const std::size_t panel = kernel_.rows, run = group * kernel_.steps_together;
    return row / panel * panel * steps_ * group + k / run * panel * run + row % panel * run + k % run;
  }
  [[nodiscard]] std::size_t place_in_c(std::size_t row, std::size_t column) const {
    const std::size_t rows = kernel_.rows, columns = kernel_.columns;
    const std::size_t tile = row / rows * (columns_ / columns) + column / columns;
    return tile * rows * columns + row % rows * columns + column % columns;
  }
  // Small whole numbers: sums stay exact in every format, and int8 pairs stay below sixteen bits.
  static A value_of_a(std::size_t row, std::size_t k) { return static_cast<A>((row * 7 + k * 3) % 11); }
  static B value_of_b(std::size_t column, std::size_t k) {
    const int value = static_cast<int>((column * 5 + k * 2) % 9) - 4;
    if constexpr (std::is_same_v<B, std::uint16_t>) {
      return float_to_half(static_cast<float>(value));
    } else {
      return static_cast<B>(value);
    }
  }
  static double number(B value) {
    if constexpr (std::is_same_v<B, std::uint16_t>) {
      return static_cast<double>(half_to_float(value));
    } else {
      return static_cast<double>(value);
    }
  }

  TileKernel<Tile> kernel_;
  std::size_t rows_, columns_, steps_;
  std::vector<A> a_;
  std::vector<B> b_;
  std::vector<C> c_;
};

KernelSet kernels_of(Kernels kernels) {
  switch (kernels) {
#if defined(__x86_64__)
    case Kernels::avx2:
      return avx2_kernels(false);
    case Kernels::avx_vnni:
      return avx2_kernels(true);
    case Kernels::avx512:
      return avx512_kernels(false);
    case Kernels::avx512_vnni:
      return avx512_kernels(true);
    case Kernels::amx:
#if defined(__linux__)
      return amx_kernels();
#else
      return avx512_kernels(true);  // never chosen: may_use_amx() is about Linux
#endif
#elif defined(__aarch64__)
    case Kernels::neon:
      return neon_kernels(false);
    case Kernels::neon_dotprod:
      return neon_kernels(true);
#endif
    default:
      return plain_kernels();
  }
}

}  // namespace

std::unique_ptr<Product> make_product(NumberFormat format, Kernels kernels, ProductSize size) {
  return make_product(format, kernels_of(kernels), size);
}

std::unique_ptr<Product> make_product(NumberFormat format, const KernelSet& set, ProductSize size) {
  switch (format) {
    case NumberFormat::fp32:
      return std::make_unique<Blocked<TileFp32, float, float, float, 1>>(set.fp32, size);
    case NumberFormat::fp16:
      return std::make_unique<Blocked<TileFp16, float, std::uint16_t, float, 1>>(set.fp16, size);
    case NumberFormat::int8:
      return std::make_unique<Blocked<TileInt8, std::uint8_t, std::int8_t, std::int32_t, 4>>(set.int8, size);
  }
  return nullptr;
}

}  // namespace canirun::bench
