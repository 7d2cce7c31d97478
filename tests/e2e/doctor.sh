#!/bin/sh
# SPDX-License-Identifier: MIT
# One block to paste: what is here, what is not and why; no names of users, no serial numbers.
. "$2/tests/e2e/common.inc"
run 0 doctor
out_has "canirun "
out_has "cpu"
out_has "memory"
out_has "data"
out_lacks "$HOME"
run 0 doctor --json
json 'd["schema"] == "canirun/doctor" and d["findings"]'
