import { createHash } from 'node:crypto';
import type { Plan, SingleServerPlan } from '../../lib/plan/plan';
import { fakeAws } from './fake-cloud';
import { type Installed, Sandbox } from './sandbox';

export const device = '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0abc';
export const secrets = {
  'llm-master-key-secret': 'sk-operator-1234',
  'llm-internal-secret': 'the-seed-5678',
  'llm-engine-secret': 'the-seed-of-engines-9',
};

/** A gateway that knows the keys that were made with it. */
export interface FakeGateway {
  keys: Set<string>;
  /** Body of each request for a key. */
  made: Record<string, string>[];
  /** Body of each request to change one. */
  changed: Record<string, unknown>[];
  answers: boolean;
}

/**
 * A machine with four GPUs, a blank data volume that is free, a bucket with the weights and a stack that waits.
 *
 * A disk with a file system begins with its name; a mounted folder stands in `mounts`; where the group wants the
 * machine stands in `lifecycle`.
 */
export async function fakeMachine(
  plan: Plan,
  installed?: Installed,
): Promise<{ machine: Sandbox; gateway: FakeGateway }> {
  const machine =
    installed === undefined ? new Sandbox(plan as SingleServerPlan) : new Sandbox(plan, installed);
  const root = machine.root;
  const gateway: FakeGateway = { keys: new Set(), made: [], changed: [], answers: true };
  const engine = await machine.listen(() => ({ text: '' }));
  const gatewayUrl = await machine.listen(({ url, headers }, body) =>
    answer(gateway, url ?? '', headers.authorization, body),
  );
  machine.variables.LLM_METADATA_URL = await machine.listen(() => ({ text: 'i-0me' }));
  machine.patchSettings((settings) => {
    if (settings.gateway) settings.gateway.url = gatewayUrl;
    for (const one of settings.engines) one.url = engine;
  });
  for (const [name, value] of Object.entries(secrets)) machine.write(`/secrets/${name}`, value);
  machine.write(device, '\0'.repeat(1 << 20));
  for (const model of JSON.parse(machine.read('/opt/llm/bundle/settings.json')).models)
    fillBucket(machine, model.folder);

  machine.command('aws', fakeAws(root));
  machine.command(
    'curl',
    `case $* in */meta-data/instance-id) echo i-0me;; */api/token) echo token;; */instance-type) echo '${installed?.instanceType}';; */target-lifecycle-state) cat '${root}/lifecycle' 2>/dev/null || echo InService;; esac`,
  );
  machine.command('sleep');
  machine.command('docker', "case $* in 'info '*) echo 29.8.0;; esac");
  machine.command('nvidia-ctk');
  machine.command(
    'nvidia-smi',
    `case $* in --list-gpus) printf 'GPU 0\\nGPU 1\\nGPU 2\\nGPU 3\\n';; *driver_version*) cat '${root}/driver' 2>/dev/null || echo 595.91.07;; esac`,
  );
  machine.command('blkid', 'for device; do :; done; grep -qa \'^ext4\' "$device" || exit 2; echo uuid-of-it');
  machine.command('mkfs.ext4', 'for device; do :; done; printf ext4 >"$device"');
  machine.command('mount', `for folder; do :; done; echo "$folder" >>'${root}/mounts'`);
  machine.command('mountpoint', `grep -qxF "$2" '${root}/mounts' 2>/dev/null`);
  for (const name of ['resize2fs', 'lsblk']) machine.command(name);
  machine.command('df', 'printf "Avail\\n%sG\\n" 3000');
  return { machine, gateway };
}

/** Weights that are complete: a manifest of one file. */
function fillBucket(machine: Sandbox, folder: string): void {
  machine.write(`/buckets/llm-model-bucket/${folder}/config.json`, '{}');
  const sum = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  machine.write(`/buckets/llm-model-bucket/${folder}/SHA256SUMS`, `${sum}  config.json\n`);
}

function answer(gateway: FakeGateway, url: string, authorization: string | undefined, body: string) {
  if (url === '/health/liveliness') return { text: 'alive' };
  if (authorization !== `Bearer ${secrets['llm-master-key-secret']}`) return { status: 401 };
  if (url.startsWith('/key/info')) {
    return { status: gateway.keys.has(url.split('key=')[1] as string) ? 200 : 404, text: '{}' };
  }
  if (url === '/key/update') {
    gateway.changed.push(JSON.parse(body));
    return { text: '{}' };
  }
  if (url === '/key/generate') {
    const made = JSON.parse(body);
    gateway.made.push(made);
    gateway.keys.add(sha256(made.key));
    return { text: '{}' };
  }
  return gateway.answers ? { text: '{"choices": []}' } : { status: 503, text: 'the engine is away' };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
