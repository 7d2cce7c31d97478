/* SPDX-License-Identifier: MIT */
/* See ../sys/sysctl.h. */
#pragma once
#include <CoreFoundation/CoreFoundation.h>
using mach_port_t = unsigned;
using io_object_t = mach_port_t;
using io_service_t = io_object_t;
using io_registry_entry_t = io_object_t;
using IOOptionBits = unsigned;
using kern_return_t = int;
extern "C" {
extern const mach_port_t kIOMainPortDefault;
CFMutableDictionaryRef IOServiceMatching(const char* name);
io_service_t IOServiceGetMatchingService(mach_port_t main_port, CFMutableDictionaryRef matching);
CFTypeRef IORegistryEntryCreateCFProperty(io_registry_entry_t entry, CFStringRef key, CFAllocatorRef allocator,
                                          IOOptionBits options);
kern_return_t IOObjectRelease(io_object_t object);
}
