#!/bin/sh
# SPDX-License-Identifier: MIT
# The hidden command for bug reports: what a vendor's driver library says, or why it says nothing; never a crash.
. "$2/tests/e2e/common.inc"
run 0 __probe nvidia
out_has "end"
run 2 __probe toaster
