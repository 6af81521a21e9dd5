import { describe, expect, it } from 'vitest';
import { regions } from '../../../lib/catalog/regions';
import { inZone } from '../../../lib/catalog/residency-zones';
import { residencyOf } from '../../../lib/spec/law';
import { parseDeployment } from '../../../lib/spec/parse';
import { problems, smallest } from '../problems';

const haiku = { name: 'haiku', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' };
const titan = {
  name: 'titan',
  source: 'bedrock:amazon.titan-embed-text-v2:0',
  traffic: { requestsPerSecond: 1 },
};
const in_ = (region: string, residency: string, ...models: object[]) => ({
  region,
  models: ['Qwen/Qwen3-8B', ...models],
  security: { residency },
});

const cases: [name: string, changes: object, problems: string[]][] = [
  ['the European Union from Frankfurt', in_('eu-central-1', 'eu', haiku), []],
  ['the European Union by the name of a place', in_('Stockholm', 'eu'), []],
  ['the United States from Ohio', in_('us-east-2', 'us', haiku), []],
  [
    'the European Union from London',
    in_('eu-west-2', 'eu'),
    [
      'region: `eu-west-2` is outside the European Economic Area (`security.residency: eu`): take a region inside [residency-outside]',
    ],
  ],
  [
    'the European Union from Zurich, and a profile of the United States told only once',
    in_('us-west-2', 'eu', haiku),
    [
      'region: `us-west-2` is outside the European Economic Area (`security.residency: eu`): take a region inside [residency-outside]',
    ],
  ],
  [
    'one region, and a model that is served through a profile, as a fallback too',
    {
      ...in_('eu-central-1', 'regions', haiku),
      models: [{ name: 'chat', source: 'Qwen/Qwen3-8B', fallbacks: 'haiku' }, haiku],
    },
    [
      'models[1].source: the profile eu.anthropic.claude-haiku-4-5-20251001-v1:0 may send requests to eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-3, outside the regions of the deployment (`security.residency: regions`), as a fallback of chat too: take a model that answers in `eu-central-1` itself, or a wider `security.residency` [residency-outside]',
    ],
  ],
  ['one region, and a model that answers in it', in_('eu-central-1', 'regions', titan), []],
  ['nothing', in_('us-west-2', 'none', haiku), []],
];

describe('residency', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });

  it('follows from the GDPR inside of the European Economic Area, and is written elsewhere', () => {
    const of = (region: string, security: object) =>
      residencyOf(parseDeployment({ ...smallest, region, security }).spec);
    expect(of('eu-west-1', { compliance: 'gdpr' })).toBe('eu');
    expect(of('Frankfurt', { compliance: 'gdpr' })).toBe('eu');
    expect(of('eu-west-1', { compliance: 'soc2' })).toBe('none');
    expect(of('eu-west-2', { compliance: 'gdpr' })).toBe('none');
    expect(of('us-east-1', { compliance: 'gdpr' })).toBe('none');
    expect(of('eu-west-1', { compliance: 'gdpr', residency: 'none' })).toBe('none');
  });

  it('knows the country of every region that it calls European or American', () => {
    const inside = (zone: 'eu' | 'us', cloud: 'aws' | 'azure' | 'gcp') =>
      regions(cloud).filter((region) => inZone(zone, cloud, region));
    expect(inside('eu', 'aws')).toEqual([
      'eu-central-1',
      'eu-north-1',
      'eu-south-1',
      'eu-south-2',
      'eu-west-1',
      'eu-west-3',
    ]);
    expect(inside('us', 'aws')).toEqual(regions('aws').filter((region) => region.startsWith('us-')));
    expect(inside('us', 'gcp')).toEqual(regions('gcp').filter((region) => region.startsWith('us-')));
    expect(inside('us', 'azure')).toEqual(regions('azure').filter((region) => /us\d?$/.test(region)));
    expect(regions('gcp').filter((region) => region.startsWith('europe-')).length).toBe(
      inside('eu', 'gcp').length + ['europe-west2 (London)', 'europe-west6 (Zurich)'].length,
    );
    for (const outside of ['uksouth', 'ukwest', 'switzerlandnorth', 'switzerlandwest']) {
      expect(inside('eu', 'azure')).not.toContain(outside);
    }
    expect(inside('eu', 'azure')).toHaveLength(15);
  });
});
