#!/usr/bin/env bash
# The generated gateway configuration in the real LiteLLM, with real Redis and Postgres, on loopback only.
# `bash scripts/verify/gateway.sh NAME` runs the tests whose file name holds NAME.
set -euo pipefail
# shellcheck source=scripts/verify/gateway-llama.sh
source scripts/verify/gateway-llama.sh

folder=$PWD/.venv/gateway
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

# unpacked and not installed: an installed server would start with this machine
unpack_redis() {
  local packages=(redis-server redis-tools libatomic1 libjemalloc2 liblzf1)
  mkdir -p "$folder/apt"
  (cd "$folder/apt" && { apt-get download "${packages[@]}" || { apt-get update && apt-get download "${packages[@]}"; }; }) \
    >"$folder/apt.log" 2>&1 || { tail -3 "$folder/apt.log" >&2; return 1; }
  for package in "$folder"/apt/*.deb; do dpkg -x "$package" "$folder/redis"; done
}

unpack_nginx() {
  mkdir -p "$folder/apt"
  (cd "$folder/apt" && { apt-get download nginx || { apt-get update && apt-get download nginx; }; }) \
    >"$folder/apt.log" 2>&1 || { tail -3 "$folder/apt.log" >&2; return 1; }
  dpkg -x "$folder"/apt/nginx_*.deb "$folder/nginx"
}

find_nginx() {
  command -v nginx || { [ -x "$folder/nginx/usr/sbin/nginx" ] && echo "$folder/nginx/usr/sbin/nginx"; }
}

find_redis() {
  command -v redis-server || command -v valkey-server ||
    { [ -x "$folder/redis/usr/bin/redis-server" ] && echo "$folder/redis/usr/bin/redis-server"; }
}

# newest version; the programs are outside of PATH on Debian
find_postgres() {
  local initdb
  initdb=$( (ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb || true) | sort -V | tail -1)
  [ -n "$initdb" ] && dirname "$initdb"
}

install_postgres() {
  [ "$(id -u)" -eq 0 ] || return 1
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql; } \
    >"$folder/apt.log" 2>&1 || { tail -3 "$folder/apt.log" >&2; return 1; }
}

wanted=$(cat scripts/verify/gateway-requirements.txt scripts/verify/gateway-packages.json | sha256sum)
if [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$wanted" ]; then
  command -v python3 >/dev/null || skip 'python3 is not installed'
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  python3 -m venv "$folder" || skip 'python3 has no venv module'
  echo "installing LiteLLM into $folder (750 MB)"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/verify/gateway-requirements.txt ||
    skip 'the package index of Python cannot be reached, or lacks a pinned version'
  mkdir "$folder/packages"
  cp scripts/verify/gateway-packages.json "$folder/packages/package.json"
  npm install --prefix "$folder/packages" --silent --no-audit --no-fund --ignore-scripts ||
    skip 'the npm registry cannot be reached, or lacks a pinned version'
  engine=$PWD/test/integration/query-engine/query-engine
  schema=$("$folder/bin/python" -c 'import litellm_proxy_extras as e; print(e.__path__[0] + "/schema.prisma")')
  # with these three, Prisma downloads no engine
  PATH="$folder/bin:$PATH" PRISMA_QUERY_ENGINE_BINARY=$engine PRISMA_SCHEMA_ENGINE_BINARY=$engine \
    PRISMA_CLI_QUERY_ENGINE_TYPE=binary CHECKPOINT_DISABLE=1 \
    node "$folder/packages/node_modules/prisma/build/index.js" generate --schema "$schema" >"$folder/generate.log" 2>&1 ||
    { cat "$folder/generate.log" >&2; exit 1; }
  find_redis >/dev/null || unpack_redis || skip 'neither redis-server nor valkey-server is here or to be had from apt'
  find_postgres >/dev/null || install_postgres || skip 'Postgres is not here, and cannot be installed (root and apt are needed)'
  echo "$wanted" >"$folder/installed"
fi

find_nginx >/dev/null || unpack_nginx || skip 'nginx is not here, nor to be had from apt'
NGINX=$(find_nginx) || skip 'nginx is not here: remove .venv/gateway to get it'
REDIS_SERVER=$(find_redis) || skip 'neither redis-server nor valkey-server is here: remove .venv/gateway to install one'
POSTGRES_BIN=$(find_postgres) || skip 'Postgres is not here: remove .venv/gateway to install it'
if [[ $REDIS_SERVER == "$folder"/* ]]; then
  LD_LIBRARY_PATH=$(dirname "$(find "$folder/redis/usr/lib" -name 'libjemalloc.so*' | head -1)")
  export LD_LIBRARY_PATH
fi
export LITELLM_FOLDER=$folder REDIS_SERVER POSTGRES_BIN NGINX
unset LLAMA_SERVER
llama=$PWD/.venv/${llama_package//==/-}
if [ "${VERIFY_DEEP:-0}" = 0 ] && [ ! -x "$llama/llama-server" ]; then
  echo 'left to npm run verify -- --deep: the tests of a real engine (llama.integration.ts), which is compiled first' >&2
elif LLAMA_SERVER=$(find_llama "$llama" "$folder/bin/python"); then
  export LLAMA_SERVER
else
  [ "${VERIFY_STRICT:-0}" = 0 ] || skip 'there is no real engine'
  echo 'SKIPPED in this lane: the tests of a real engine (llama.integration.ts)' >&2
fi
echo "$("$REDIS_SERVER" --version | cut -d' ' -f1-3), $("$POSTGRES_BIN/postgres" --version), LiteLLM $("$folder/bin/python" -c 'from importlib.metadata import version; print(version("litellm"))')"
node_modules/.bin/vitest run --config vitest.integration.config.mts "$@"
[ -n "${GATEWAY_BENCH:-}" ] || grep -v '^#' scripts/verify/gateway-pitfalls.txt
