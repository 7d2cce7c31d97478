#!/bin/sh
# SPDX-License-Identifier: MIT
# Certificates are checked; an authority of one's own is believed when a variable names it; proxies are used.
# shellcheck disable=SC2030,SC2031
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
command -v openssl >/dev/null || {
  echo "skipped: no openssl to make certificates with"
  exit 0
}
gguf llama-3.1-8b "$scratch/site/files/m-Q8_0.gguf"
gguf llama-3.1-8b "$scratch/site/hub/own/repo/m-Q8_0.gguf"
start_server --tls
# Unknown authority; the right one; a certificate of another host, in spite of it.
on run 2 check "$tls/files/m-Q8_0.gguf"
one_error
err_matches "certificate"
err_has "SSL_CERT_FILE"
for variable in SSL_CERT_FILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE; do
  rm -rf "$XDG_CACHE_HOME"
  on env "$variable=$ca" "$canirun" check "$tls/files/m-Q8_0.gguf" --json >"$scratch/out" 2>"$scratch/err" ||
    fail "$variable is not used"
  json 'd["model"]["parameter_count"] == 8030261312'
done
export SSL_CERT_FILE="$ca"
on run 2 check "$wrong_host/files/m-Q8_0.gguf"
one_error
err_matches "certificate|host"
# From https one is not sent back to http.
on run 2 check "$tls/~redirect-cdn/files/m-Q8_0.gguf"
one_error
# A proxy: for http, and as a tunnel for https. Hosts in NO_PROXY are asked directly.
forget_requests
(
  export http_proxy="$hub" HF_ENDPOINT=http://hub.example
  on run 0 check hf.co/own/repo --json
)
requests 'l[0]["proxied"] == "hub.example"'
rm -rf "$XDG_CACHE_HOME"
forget_requests
(
  export HTTPS_PROXY="$hub"
  on run 0 check "https://hub.example/files/m-Q8_0.gguf" --json
)
requests 'l[0]["method"] == "CONNECT" and l[0]["proxied"] == "hub.example:443" and l[1]["port"] == "tls"'
rm -rf "$XDG_CACHE_HOME"
forget_requests
(
  export http_proxy=http://127.0.0.1:9 NO_PROXY=127.0.0.1,localhost
  on run 0 check "$hub/files/m-Q8_0.gguf" --json
)
requests 'l[0]["proxied"] == ""'
