/* SPDX-License-Identifier: MIT */
/* See ../sys/sysctl.h. */
#pragma once
using CFTypeRef = const void*;
using CFTypeID = unsigned long;
using CFStringRef = const struct __CFString*;
using CFNumberRef = const struct __CFNumber*;
using CFAllocatorRef = const struct __CFAllocator*;
using CFMutableDictionaryRef = struct __CFDictionary*;
using CFNumberType = long;
using Boolean = unsigned char;
constexpr CFNumberType kCFNumberSInt32Type = 3;
extern "C" {
extern const CFAllocatorRef kCFAllocatorDefault;
CFStringRef __CFStringMakeConstantString(const char* text);
CFTypeID CFGetTypeID(CFTypeRef object);
CFTypeID CFNumberGetTypeID();
Boolean CFNumberGetValue(CFNumberRef number, CFNumberType type, void* value);
void CFRelease(CFTypeRef object);
}
#define CFSTR(text) __CFStringMakeConstantString("" text "")
