#!/bin/sh
# SPDX-License-Identifier: MIT
# --version names program, data and schemas, and agrees with the build.
. "$2/tests/e2e/common.inc"
run 0 --version
version=$(sed -n 's/^project(canirun VERSION \([0-9.]*\).*/\1/p' "$source_dir/CMakeLists.txt")
out_has "canirun $version"
out_has "assessment 1"
grep -qE '^data +20[0-9]{2}-[0-9]{2}-[0-9]{2}$' "$scratch/out" || fail "no date of the data"
run 0 -V
run 0 check --version
