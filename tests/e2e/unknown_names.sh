#!/bin/sh
# SPDX-License-Identifier: MIT
# Unknown flag, choice, device, quant, profile, API model: exit 2, the thing named, the nearest suggested.
. "$2/tests/e2e/common.inc"
on='RTX 4090'
run 2 check llama-3.1-8b --conext 4096
err_has "--conext"
run 2 check llama-3.1-8b --quannt Q8_0
err_has "did you mean --quant"
run 2 check llama-3.1-8b --engine olama
err_has "ollama"
run 2 check llama-3.1-8b --on "RTX 40900"
err_has "40900"
err_has "hint: "
run 2 check llama-3.1-8b --on "$on" --quant Q4_K_X
err_has "Q4_K_X"
run 2 check llama-3.1-8b --on "$on" --profile codeing
err_has "codeing"
run 2 check llama-3.1-8b --on "$on" --vs gpt-4p
err_has "gpt-4p"
run 2 chekc
err_has "canirun check"
run 2 plan
err_has "plan"
# A mistyped command before words reads as models; the first may have been one.
run 2 chekc foo bar
err_has "did you mean the command: canirun check?"
