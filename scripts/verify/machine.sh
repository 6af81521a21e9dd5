#!/usr/bin/env bash
# What runs on the machine: user data against cloud-init's schema, shellcheck over every script, compose files, nginx,
# Python. Files of a fleet end with the type of machine that they are for.
set -euo pipefail
# shellcheck source=scripts/verify/python-tools.sh
. scripts/verify/python-tools.sh

cloud_init=.venv/verify/cloud-init
if [ ! -d "$cloud_init" ]; then
  # unpacked and not installed, because an installed cloud-init would act on this machine's next boot
  (cd "$VERIFY_WORK" && { apt-get download cloud-init || { apt-get update && apt-get download cloud-init; }; }) \
    >"$VERIFY_WORK/apt.log" 2>&1 || { cat "$VERIFY_WORK/apt.log" >&2; skip 'cloud-init is not to be had from apt'; }
  dpkg -x "$VERIFY_WORK"/cloud-init_*.deb "$cloud_init.new"
  mv "$cloud_init.new" "$cloud_init"
fi
cloud_init_schema() {
  PYTHONPATH="$cloud_init/usr/lib/python3/dist-packages" .venv/verify/bin/python -m cloudinit.cmd.main schema -c "$1" 2>&1
}

printf '#cloud-config\nwrite_files:\n  - {path: /etc/x, permission: "0644"}\n' >"$VERIFY_WORK/planted.yaml"
if cloud_init_schema "$VERIFY_WORK/planted.yaml" >/dev/null; then
  echo 'cloud-init found nothing wrong with a wrong key' >&2
  exit 1
fi
# shellcheck disable=SC2016 # the planted mistake is an unquoted variable
printf '#!/bin/bash\nrm -rf $1\n' >"$VERIFY_WORK/planted.sh"
if .venv/verify/bin/shellcheck "$VERIFY_WORK/planted.sh" >/dev/null; then
  echo 'shellcheck found nothing wrong with a wrong script' >&2
  exit 1
fi

nginx=.venv/verify/nginx
if [ ! -d "$nginx" ]; then
  # unpacked and not installed: an installed one would start
  (cd "$VERIFY_WORK" && { apt-get download nginx || { apt-get update && apt-get download nginx; }; }) \
    >"$VERIFY_WORK/apt.log" 2>&1 || { cat "$VERIFY_WORK/apt.log" >&2; skip 'nginx is not to be had from apt'; }
  dpkg -x "$VERIFY_WORK"/nginx_*.deb "$nginx.new"
  mv "$nginx.new" "$nginx"
fi
nginx_accepts() {
  "$nginx/usr/sbin/nginx" -t -q -p "$VERIFY_WORK" -c "$(realpath "$1")" -g 'error_log stderr;'
}
printf 'events {}\nhttp { server { proxy_bufering off; } }\n' >"$VERIFY_WORK/planted.conf"
if nginx_accepts "$VERIFY_WORK/planted.conf" 2>/dev/null; then
  echo 'nginx found nothing wrong with a wrong directive' >&2
  exit 1
fi

node scripts/verify/group-bundles.mjs "$VERIFY_WORK/out/groups"
.venv/verify/bin/python scripts/verify/user-data.py "$VERIFY_WORK/out" "$VERIFY_WORK/user-data"
failed=0
check() {
  "$@" || { echo "failed: $*" >&2; failed=$((failed + 1)); }
}

mapfile -t user_data < <(find "$VERIFY_WORK/user-data" -name '*.yaml' | sort)
for file in "${user_data[@]}"; do check cloud_init_schema "$file" >>"$VERIFY_WORK/cloud-init.log"; done
[ "$failed" -eq 0 ] || cat "$VERIFY_WORK/cloud-init.log" >&2

mapfile -t scripts < <(find "$VERIFY_WORK/out" "$VERIFY_WORK/user-data" -name '*.sh' -o -name '*.sh@*' | sort)
# SC1091: files that exist on the machine only
check .venv/verify/bin/shellcheck --severity=style --exclude=SC1091 "${scripts[@]}"

mapfile -t composes < <(find "$VERIFY_WORK/out" -name compose.yaml -o -name 'compose.yaml@*' | sort)
check .venv/verify/bin/check-jsonschema --quiet --default-filetype yaml --builtin-schema vendor.compose-spec "${composes[@]}"

mapfile -t fronts < <(find "$VERIFY_WORK/out" -name 'nginx.conf@*' | sort)
for file in "${fronts[@]}"; do check nginx_accepts "$file"; done

mapfile -t programs < <(find "$VERIFY_WORK/out" -name '*.py' | sort)
check .venv/verify/bin/python -m py_compile "${programs[@]}"

check .venv/verify/bin/shellcheck --severity=style --exclude=SC1091 scripts/*.sh scripts/verify/*.sh .ci/run

echo "${#user_data[@]} user data, ${#scripts[@]} scripts, ${#composes[@]} compose files, ${#fronts[@]} of nginx, ${#programs[@]} Python programs: $failed with findings"
[ "${#user_data[@]}" -gt 0 ] && [ "${#scripts[@]}" -gt 0 ] && [ "${#composes[@]}" -gt 0 ] && [ "${#fronts[@]}" -gt 0 ] && [ "$failed" -eq 0 ]
