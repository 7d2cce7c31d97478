// SPDX-License-Identifier: MIT
#include "probe/vendor/drm_memory.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>

#include "probe/child.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::size_t k_most_bytes = 64 * 1024;

/// struct drm_xe_device_query; DRM_IOCTL_XE_DEVICE_QUERY, DRM_XE_DEVICE_QUERY_MEM_REGIONS.
struct XeQuery {
  std::uint64_t extensions = 0;
  std::uint32_t query = 1, size = 0;
  std::uint64_t data = 0, reserved[2] = {};
};
static_assert(sizeof(XeQuery) == 40);
constexpr unsigned long k_xe_query = _IOWR('d', 0x40, XeQuery);

/// struct drm_i915_query and its item; DRM_IOCTL_I915_QUERY, DRM_I915_QUERY_MEMORY_REGIONS.
struct I915Item {
  std::uint64_t query = 4;
  std::int32_t length = 0;
  std::uint32_t flags = 0;
  std::uint64_t data = 0;
};
struct I915Query {
  std::uint32_t items = 1, flags = 0;
  std::uint64_t data = 0;
};
static_assert(sizeof(I915Item) == 24 && sizeof(I915Query) == 16);
constexpr unsigned long k_i915_query = _IOWR('d', 0x40 + 0x39, I915Query);

std::uint64_t address_of(void* data) { return reinterpret_cast<std::uintptr_t>(data); }

/// Both drivers say the size when asked without room for the answer.
std::string ask_xe(int node) {
  XeQuery query;
  if (::ioctl(node, k_xe_query, &query) != 0 || query.size == 0 || query.size > k_most_bytes) return {};
  std::string answer(query.size, '\0');
  query.data = address_of(answer.data());
  return ::ioctl(node, k_xe_query, &query) == 0 ? answer : std::string();
}
std::string ask_i915(int node) {
  I915Item item;
  I915Query query;
  query.data = address_of(&item);
  if (::ioctl(node, k_i915_query, &query) != 0 || item.length <= 0 || static_cast<std::size_t>(item.length) > k_most_bytes)
    return {};
  std::string answer(static_cast<std::size_t>(item.length), '\0');
  item.data = address_of(answer.data());
  return ::ioctl(node, k_i915_query, &query) == 0 && item.length > 0 ? answer : std::string();
}

template <class T>
T at(std::string_view bytes, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

void add(std::optional<std::uint64_t>& sum, std::uint64_t more) { sum = sum.value_or(0) + more; }

constexpr std::uint16_t k_device_memory = 1;  // DRM_XE_MEM_REGION_CLASS_VRAM, I915_MEMORY_CLASS_DEVICE

}  // namespace

DrmMemory xe_memory_regions(std::string_view answer) {
  constexpr std::size_t k_head = 8, k_region = 88;
  DrmMemory memory;
  const auto regions = at<std::uint32_t>(answer, 0);
  for (std::size_t i = 0; i < regions && k_head + (i + 1) * k_region <= answer.size(); ++i) {
    const std::string_view region = answer.substr(k_head + i * k_region, k_region);
    if (at<std::uint16_t>(region, 0) != k_device_memory) continue;
    add(memory.total_bytes, at<std::uint64_t>(region, 8));
    add(memory.used_bytes, at<std::uint64_t>(region, 16));
  }
  if (memory.used_bytes == 0U) memory.used_bytes.reset();  // what a user without CAP_PERFMON is told
  return memory;
}

DrmMemory i915_memory_regions(std::string_view answer) {
  constexpr std::size_t k_head = 16, k_region = 88;
  DrmMemory memory;
  const auto regions = at<std::uint32_t>(answer, 0);
  for (std::size_t i = 0; i < regions && k_head + (i + 1) * k_region <= answer.size(); ++i) {
    const std::string_view region = answer.substr(k_head + i * k_region, k_region);
    if (at<std::uint16_t>(region, 0) != k_device_memory) continue;
    const auto probed = at<std::uint64_t>(region, 8), unallocated = at<std::uint64_t>(region, 16);
    add(memory.total_bytes, probed);
    if (unallocated < probed) add(memory.used_bytes, probed - unallocated);  // equal: not told
  }
  return memory;
}

void write_drm_memory(const std::string& render_node, std::string_view driver, int fd) {
  const int node = ::open(render_node.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (node < 0) return;
  const DrmMemory memory = driver == "xe" ? xe_memory_regions(ask_xe(node)) : i915_memory_regions(ask_i915(node));
  ::close(node);
  if (memory.total_bytes) write_all(fd, "total_bytes " + std::to_string(*memory.total_bytes) + "\n");
  if (memory.used_bytes) write_all(fd, "used_bytes " + std::to_string(*memory.used_bytes) + "\n");
}

DrmMemory parse_drm_memory(std::string_view lines) {
  constexpr std::uint64_t k_most_memory = std::uint64_t{1} << 50U;
  const auto number = [&](std::string_view key) {
    const auto value = whole_number(value_of(lines, key, ' ').value_or(""));
    return value && *value <= k_most_memory ? value : std::nullopt;
  };
  return {.total_bytes = number("total_bytes"), .used_bytes = number("used_bytes")};
}

}  // namespace canirun::probe
