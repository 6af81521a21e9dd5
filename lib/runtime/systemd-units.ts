import type { Host } from './host';
import { paths } from './layout';
import { pickFormFile } from './programs/pick-form';

const python = (program: string) => `/usr/bin/env python3 ${paths.bundle}/${program}`;

/** Attempts of the boot before the machine is given up: a passing fault of the cloud costs no machine. */
const bootAttempts = 3;

/** The units of the machine, by file name; `install.sh` links and enables them. */
export function systemdUnits({ seconds, gateway, plan }: Host): Record<string, string> {
  return {
    'llm-boot.service': bootUnit(seconds.bootGrace, 2 * seconds.drain + 120),
    'llm-boot-failed.service': `[Unit]
Description=LLM serving: give up a machine whose boot failed

[Service]
Type=oneshot
Environment=HOME=/root
ExecStart=/usr/bin/env bash ${paths.bundle}/boot-failed.sh
`,
    'llm-health.service': daemonUnit('health check and watchdog', 'health.py'),
    'llm-signals.service': daemonUnit('signals for telemetry', 'signals.py'),
    'llm-drain.service': daemonUnit('drain before the machine ends', 'drain.py', 'on-failure'),
    ...(gateway && plan.decisions.application
      ? { 'llm-application.service': daemonUnit("the user's container beside the gateway", 'application.py') }
      : {}),
    'llm-logs.service': daemonUnit('log lines of the boot to the log group', 'ship_logs.py'),
  };
}

/** Runs at each boot of the machine; stopping it, as a shutdown does, drains the stack. */
function bootUnit(startSeconds: number, stopSeconds: number): string {
  return `[Unit]
Description=LLM serving: start the stack
Wants=network-online.target
After=network-online.target docker.service
Requires=docker.service
OnFailure=llm-boot-failed.service
StartLimitIntervalSec=${bootAttempts * (startSeconds + 60)}
StartLimitBurst=${bootAttempts}

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=HOME=/root
ExecStart=/usr/bin/env bash ${paths.bundle}/boot.sh
ExecStop=${python('drain.py')} stop
TimeoutStartSec=${startSeconds}
TimeoutStopSec=${stopSeconds}
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
`;
}

function daemonUnit(what: string, program: string, restart: 'always' | 'on-failure' = 'always'): string {
  return `[Unit]
Description=LLM serving: ${what}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${python(program)}
Environment=HOME=/root PYTHONDONTWRITEBYTECODE=1
Restart=${restart}
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
}

/** `install.sh`: run once by cloud-init after the bundle is unpacked. */
export function installScript(host: Host): string {
  const units = Object.keys(systemdUnits(host));
  const enabled = units.filter((unit) => unit !== 'llm-boot-failed.service');
  return `#!/usr/bin/env bash
# Makes the units of this bundle known to systemd and starts them; the boot goes on in llm-boot.service.
set -euo pipefail
${host.role === 'fleet' ? `bash ${paths.bundle}/${pickFormFile}\n` : ''}install -m 644 ${paths.bundle}/llm-*.service /etc/systemd/system/
# a driver or docker that changes under a running engine ends it
for unit in apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service; do
  if systemctl cat "$unit" >/dev/null 2>&1; then systemctl disable --now "$unit"; fi
done
systemctl daemon-reload
systemctl enable ${enabled.join(' ')}
systemctl start --no-block ${enabled.join(' ')}
`;
}
