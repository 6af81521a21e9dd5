import { confirm, input, search, select } from '@inquirer/prompts';
import { findModel, models } from '../lib/catalog/models';
import { regions } from '../lib/catalog/regions';
import { notBuiltValue } from '../lib/catalog/support';
import { clouds, knownCloud } from './commands/filter';
import type { Answers } from './first-spec';

/** Asks for what the flags left open. */
export async function askFor(given: Partial<Answers>): Promise<Answers> {
  const name = given.name ?? (await askName());
  const cloud = given.cloud ?? (await askCloud());
  const region = given.region ?? (await askRegion(cloud));
  const model = given.model ?? (await askModel());
  const concurrentUsers = given.concurrentUsers ?? (await askUsers());
  const answers: Answers = { ...given, name, cloud, region, model, concurrentUsers };
  return { ...answers, ...(await askEntry(given)), ...(await askToken(model, given)) };
}

function askName(): Promise<string> {
  return input({
    message: 'Name of the deployment',
    default: 'llm',
    validate: (text) =>
      /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/.test(text) || 'Small letters, digits and -, 2 to 20 characters.',
  });
}

function askCloud(): Promise<string> {
  return select({
    message: 'Cloud',
    choices: clouds.map((cloud) => ({
      value: cloud,
      disabled: notBuiltValue('cloud', cloud) ? '(not built yet)' : false,
    })),
  });
}

function askRegion(cloud: string): Promise<string> {
  const names = regions(knownCloud(cloud) ?? 'aws');
  return search({
    message: 'Region',
    source: (typed) => names.filter((name) => name.includes(typed ?? '')).map((value) => ({ value })),
  });
}

function askModel(): Promise<string> {
  const ids = models().map((model) => model.id);
  return search({
    message: 'Model (type to search; any id of the catalogue)',
    source: (typed) =>
      ids.filter((id) => id.toLowerCase().includes((typed ?? '').toLowerCase())).map((value) => ({ value })),
  });
}

async function askUsers(): Promise<number> {
  const text = await input({
    message: 'People active in the busiest minute',
    default: '50',
    validate: (answer) => /^[1-9]\d{0,8}$/.test(answer.trim()) || 'A whole number, at least 1.',
  });
  return Number(text);
}

async function askEntry(given: Partial<Answers>): Promise<Partial<Answers>> {
  if (given.domain !== undefined) return {};
  if (!(await confirm({ message: 'Open it to clients under a domain name?', default: false }))) return {};
  const domain = await input({ message: 'Domain name that clients call', required: true });
  const dnsZone = given.dnsZone ?? (await input({ message: 'Id of its hosted zone (empty: later)' }));
  return dnsZone ? { domain, dnsZone } : { domain };
}

async function askToken(model: string, given: Partial<Answers>): Promise<Partial<Answers>> {
  if (given.hubTokenSecret !== undefined || !findModel(model)?.gated) return {};
  const hubTokenSecret = await input({
    message: `${model} is gated: name of the secret with your hub token`,
    required: true,
  });
  return { hubTokenSecret };
}
