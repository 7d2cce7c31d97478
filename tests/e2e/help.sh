#!/bin/sh
# SPDX-License-Identifier: MIT
# -h fits a screen, --help shows everything, both work anywhere; topics and unknown topics.
. "$2/tests/e2e/common.inc"
run 0 -h
out_has "usage: canirun"
[ "$(wc -l <"$scratch/out")" -le 60 ] || fail "-h is longer than a screen"
out_lacks "--upkeep-hours"
run 0 --help
out_has "--upkeep-hours"
run 0 check some-model -h
out_has "usage: canirun check"
run 0 list --help
out_has "--sort"
run 0 help
out_has "Commands"
run 0 help check
out_has "canirun check"
run 0 help exit-codes
out_has "130"
run 0 help environment
out_has "NO_COLOR"
run 0 help formats
out_has "context_tokens"
run 0 help profiles
out_has "chat"
run 2 help exitcodes
err_has "exit-codes"
