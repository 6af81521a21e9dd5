import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Series, series } from '../../lib/plan/signals';
import { measurement } from '../../lib/runtime/telegraf-config';
import { type TelemetryCloud, telemetry } from '../../lib/runtime/telegraf-outputs';
import type { Child } from '../integration/child';
import { until } from '../integration/until';
import { azureMonitor, cloudWatch, type Received } from './receivers';
import { plan, recordedFolder, ScrapedMachine, uncertain } from './scraped-machine';
import { configuration, hurried, startTelegraf, telegrafProgram } from './telegraf';

const deployment = plan.decisions.identity.name;
const names = Object.keys(series) as Series[];
/** What the fixture holds for values of this machine and of this run. */
const masked = (one: Received) =>
  uncertain.some((name) => one.name === name || `${measurement}_${one.name}` === name) ? null : one.value;

/** The real Telegraf with the generated configuration; where it sends is a server of the test. */
describe('telegraf on recorded scrapes of the pinned gateway and engine', () => {
  let scraped: ScrapedMachine;
  let telegraf: Child | undefined;

  beforeEach(async () => {
    scraped = new ScrapedMachine();
    await scraped.start();
  });
  afterEach(async () => {
    await telegraf?.kill();
    scraped.remove();
  });

  /** The last value of each metric once the second scrape has come through. */
  async function received(
    cloud: TelemetryCloud,
    start: (take: (metrics: Received[]) => void) => Promise<void>,
  ) {
    const last = new Map<string, Received>();
    await start((metrics) => {
      for (const metric of metrics) last.set(metric.name, metric);
    });
    await until(
      'the first look is sent',
      () => {
        telegraf?.mustRun();
        return last.size > 0;
      },
      180,
    );
    scraped.moment = 'after';
    const whole = names.map((name) => telemetry[cloud].sent(name, deployment).name);
    const errors = telemetry[cloud].sent('llm_error_percent', deployment).name;
    await until(
      'every series is sent',
      () => whole.every((name) => last.has(name)) && (last.get(errors)?.value ?? 0) > 0,
      180,
    );
    return [...last.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  function matches(cloud: TelemetryCloud, sent: Received[]): void {
    expect(sent.map(({ value: _, ...metric }) => metric)).toEqual(
      names
        .map((name) => telemetry[cloud].sent(name, deployment))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    );
    const file = join(recordedFolder, `${cloud}.json`);
    const text = `${JSON.stringify(
      {
        telegraf: '1.37.2',
        configuration: configuration(cloud).split('\n'),
        sent: sent.map((one) => ({ ...one, value: masked(one) })),
      },
      null,
      1,
    )}\n`;
    if (process.env.RECORD_TELEMETRY === 'yes') writeFileSync(file, text);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
  }

  it('sends CloudWatch every series under the names of the alarms', async () => {
    const sent = await received('aws', async (take) => {
      const url = await cloudWatch(scraped.machine, take);
      telegraf = startTelegraf(scraped.machine.root, hurried(configuration('aws'), scraped.url), {
        LLM_REGION: 'eu-central-1',
        LLM_DEPLOYMENT: deployment,
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
        AWS_EC2_METADATA_DISABLED: 'true',
      });
    });
    matches('aws', sent);
  });

  it('sends Azure Monitor every series under the names that its alarms will use', async () => {
    const sent = await received('azure', async (take) => {
      const url = await azureMonitor(scraped.machine, take);
      const cloudFile = join(scraped.machine.root, 'azure.json');
      writeFileSync(cloudFile, JSON.stringify(azureCloud(url)));
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Telegraf reads the variable
      const region = '  region = "${LLM_REGION}"\n';
      // the plugin holds a minute back until it is over
      const more = { [region]: `${region}  endpoint_url = "${url}"\n  timestamp_limit_future = "2m"\n` };
      telegraf = startTelegraf(scraped.machine.root, hurried(configuration('azure'), scraped.url, more), {
        LLM_REGION: 'westeurope',
        LLM_RESOURCE_ID: '/subscriptions/0/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v',
        LLM_DEPLOYMENT: deployment,
        AZURE_ENVIRONMENT: 'AZURESTACKCLOUD',
        AZURE_ENVIRONMENT_FILEPATH: cloudFile,
        AZURE_TENANT_ID: 'tenant',
        AZURE_CLIENT_ID: 'client',
        AZURE_CLIENT_SECRET: 'secret',
      });
    });
    expect(sent.map(({ value: _, ...metric }) => metric)).toEqual(
      names
        .map((name) => telemetry.azure.sent(name, deployment))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    );
  });
});

describe('telegraf reads the configuration', () => {
  const check = (config: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'telegraf-'));
    try {
      writeFileSync(join(folder, 'telegraf.conf'), config);
      const words = ['config', 'check', '--config', join(folder, 'telegraf.conf')];
      const env = { PATH: process.env.PATH, ...variables };
      return spawnSync(telegrafProgram(), words, { encoding: 'utf8', env });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const variables = {
    LLM_REGION: 'r',
    LLM_DEPLOYMENT: 'd',
    LLM_RESOURCE_ID: '/r',
    LLM_PROJECT: 'p',
    LLM_NODE: 'n',
  };

  it.each(['aws', 'azure', 'gcp'] as const)(
    'of %s, and would refuse a key that its plugin lacks',
    (cloud) => {
      const config = configuration(cloud);
      const { status, stderr } = check(config);
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('E!')]);
      const wrong = check(config.replace(/(\[\[outputs\.\w+\]\]\n)/, '$1  colour = "red"\n'));
      expect(wrong.status).not.toBe(0);
      expect(wrong.stderr + wrong.stdout).toContain('colour');
    },
  );
});

/** Azure's endpoints in a file, as for Azure Stack: all of them here. */
const azureCloud = (url: string) => ({
  name: 'AzureStackCloud',
  activeDirectoryEndpoint: `${url}/`,
  resourceManagerEndpoint: `${url}/`,
  tokenAudience: `${url}/`,
});
