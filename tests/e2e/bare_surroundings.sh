#!/bin/sh
# SPDX-License-Identifier: MIT
# No HOME, no environment at all, a folder that cannot be written: the run still answers, and writes nothing.
. "$2/tests/e2e/common.inc"
env -i "$canirun" check llama-3.1-8b --on "RTX 4090" >"$scratch/out" 2>"$scratch/err" || fail "without environment"
env -i HOME=/nonexistent "$canirun" hw >"$scratch/out" 2>"$scratch/err" || fail "without a home"
[ -s "$scratch/out" ] || fail "hw said nothing"
mkdir "$scratch/home"
(cd "$scratch/home" && HOME="$scratch/home" XDG_DATA_HOME='' "$canirun" --json >"$scratch/out" 2>"$scratch/err") || fail "overview"
[ -z "$(ls -A "$scratch/home")" ] || fail "something was written"
