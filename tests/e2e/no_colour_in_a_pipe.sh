#!/bin/sh
# SPDX-License-Identifier: MIT
# A pipe gets no escape sequences; --color=always gives them there too; NO_COLOR wins over forcing.
. "$2/tests/e2e/common.inc"
escape=$(printf '\033')
run 0 check llama-3.1-8b --on "RTX 4090"
out_lacks "$escape"
run 0 check llama-3.1-8b --on "RTX 4090" --color always
out_has "$escape"
CLICOLOR_FORCE=1 "$canirun" check llama-3.1-8b --on "RTX 4090" >"$scratch/out"
out_has "$escape"
NO_COLOR=1 CLICOLOR_FORCE=1 "$canirun" check llama-3.1-8b --on "RTX 4090" >"$scratch/out"
out_lacks "$escape"
run 0 check llama-3.1-8b --on "RTX 4090" --json --color always
out_lacks "$escape"
