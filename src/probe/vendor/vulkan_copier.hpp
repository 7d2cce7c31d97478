// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "probe/vendor/vulkan_copy_abi.hpp"
#include "probe/vendor/vulkan_instance.hpp"

namespace canirun::probe::vulkan {

/// Two buffers in a GPU's own memory, and copies from one to the other. Everything it made goes away with it.
class Copier {
 public:
  Copier(const Instance& instance, Handle physical) : instance_(instance), physical_(physical) {}
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;
  ~Copier();

  /// Device, queue, two buffers of `bytes` in `heap` and everything else that copying needs. "" or why not.
  std::string prepare(const MemoryProperties& memory, std::uint32_t heap, std::uint64_t bytes);
  /// Both buffers written once, so that every page is there. "" or why not.
  std::string fill();
  /// `copies` one after the other in one submission; seconds until the GPU says that it is done. "" or why not.
  std::string copy(std::uint32_t copies, double& seconds);

 private:
  template <class F>
  bool need(F& function, const char* name) {
    function = instance_.function<F>(name);
    return function != nullptr;
  }
  bool look_up_functions();
  std::string make_device();
  std::string make_buffer(const MemoryProperties& memory, std::uint32_t heap, Object& buffer, Object& store);
  std::string make_commands();
  /// Records what `record` says and waits for it.
  template <class Record>
  std::string run(Record record, double& seconds);
  void destroy(const char* name, Object object);

  const Instance& instance_;
  Handle physical_;
  Handle device_ = nullptr, queue_ = nullptr, commands_ = nullptr;
  std::uint32_t family_ = 0;
  std::uint64_t bytes_ = 0;
  std::array<Object, 2> buffers_{}, stores_{};
  Object pool_ = 0, fence_ = 0;

  CreateBuffer create_buffer_ = nullptr;
  GetRequirements requirements_ = nullptr;
  AllocateMemory allocate_ = nullptr;
  BindMemory bind_ = nullptr;
  CreatePool create_pool_ = nullptr;
  CreateFence create_fence_ = nullptr;
  AllocateCommands allocate_commands_ = nullptr;
  Begin begin_ = nullptr;
  End end_ = nullptr;
  FillBuffer fill_ = nullptr;
  CopyBuffer copy_ = nullptr;
  Barrier barrier_ = nullptr;
  Submit submit_ = nullptr;
  WaitForFences wait_ = nullptr;
  ResetFences reset_ = nullptr;
};

}  // namespace canirun::probe::vulkan
