// Figures, never a verdict: what our gateway configuration adds to an answer, and how many answers a second it gives,
// beside LiteLLM with the least configuration that it starts with. test/integration/gateway.bench.ts measures.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('.venv/gateway/installed')) {
  const { status } = spawnSync('bash', ['scripts/verify/gateway.sh'], {
    stdio: 'inherit',
    env: { ...process.env, GATEWAY_BENCH: '1' },
  });
  process.exitCode = status ?? 1;
} else {
  console.log('gateway: skipped, LiteLLM is not installed here: npm run verify -- gateway installs it');
}
