import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const image = `registry.example.com/image@sha256:${'0'.repeat(64)}`;

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'answers cached without a cache',
    { cache: 'none', gateway: { responseCache: { ttlSeconds: 60 } } },
    [
      'gateway.responseCache: needs a cache, and `cache.valkey` is `none`: write `embedded` or `managed` there, or remove `responseCache` [cache-needed]',
    ],
  ],
  ['answers cached in the embedded cache', { gateway: { responseCache: { ttlSeconds: 60 } } }, []],
  [
    'a standby of an embedded database',
    { database: { highAvailability: true } },
    [
      'database.highAvailability: got true, but an embedded database has no standby: write `postgres: managed`, or remove it [unused-field]',
    ],
  ],
  [
    'applications that reach an embedded database',
    { database: { allowedCidrs: '10.60.0.0/16' } },
    [
      'database.allowedCidrs: lets applications into a managed database, and Postgres is on the machine, which nobody reaches: write `database.postgres: managed`, or remove it [database-clients]',
    ],
  ],
  [
    'applications on the internet',
    { database: { postgres: 'managed', allowedCidrs: ['203.0.113.0/24', '10.60.1.0/16', '0.0.0.0/0'] } },
    [
      'database.allowedCidrs[0]: 203.0.113.0/24 is not a private range, and a database is never reached from the internet: write one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, or a part of them [database-clients]',
      'database.allowedCidrs[1]: 10.60.1.0/16 begins inside its range: write 10.60.0.0/16 [database-clients]',
      'database.allowedCidrs[2]: 0.0.0.0/0 is not a private range, and a database is never reached from the internet: write one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, or a part of them [database-clients]',
    ],
  ],
  ['applications inside', { database: { postgres: 'managed', allowedCidrs: '10.60.0.0/16' } }, []],
  [
    'documents beside one machine',
    { database: { postgres: 'managed', documents: true } },
    [
      'database.documents: a single server has one machine with its data on it, and a second database beside it costs more than the machine saves: use one of your own, or write `architecture: scaled` [cannot]',
    ],
  ],
  ['documents beside a fleet', { architecture: 'scaled', database: { documents: true } }, []],
  [
    'documents where nobody keeps them',
    { architecture: 'scaled', region: 'us-west-1', database: { documents: true } },
    [
      'database.documents: us-west-1 has no Amazon DocumentDB: remove it and use a database of your own, or take a region such as us-west-2 [documents-region]',
    ],
  ],
  [
    'copies of snapshots',
    { reliability: { backupRegion: 'eu-west-1' } },
    [
      'reliability.backupRegion: copies backups of a managed database, and Postgres is on the data disk, whose snapshots stay in the region: write `database: managed`, or remove it [backup-region]',
    ],
  ],
  [
    'copies in the same region',
    { database: 'managed', reliability: { backupRegion: 'N. Virginia' } },
    [
      'reliability.backupRegion: `us-east-1` is the region of the deployment: name another, or remove it [backup-region]',
    ],
  ],
  [
    'copies nowhere',
    { architecture: 'scaled', reliability: { backupRegion: 'eu-west-11' } },
    [
      'reliability.backupRegion: "eu-west-11" is not a region of aws that the catalogue knows, did you mean "eu-west-1", "eu-west-2" or "eu-west-3"? [backup-region]',
    ],
  ],
  ['copies in Ireland', { architecture: 'scaled', reliability: { backupRegion: 'Ireland' } }, []],
  [
    'copies outside of where data may be',
    {
      region: 'eu-central-1',
      architecture: 'scaled',
      security: { residency: 'eu' },
      reliability: { backupRegion: 'us-east-1' },
    },
    [
      'reliability.backupRegion: `us-east-1` is outside the European Economic Area (`security.residency: eu`): take a region inside, or leave it out [residency-outside]',
    ],
  ],
  ['a standby of a managed database', { database: { postgres: 'managed', highAvailability: true } }, []],
  [
    'images of parts that are not on the machine',
    { database: 'managed', cache: 'none', images: { database: image, cache: image } },
    [
      'images.database: has no meaning with a managed database: remove it [unused-field]',
      'images.cache: has no meaning with `cache.valkey: none`: remove it [unused-field]',
    ],
  ],
  [
    'certificate and key of other regions',
    {
      network: {
        domain: 'llm.example.com',
        certificate: 'arn:aws:acm:us-west-2:123456789012:certificate/abc',
      },
      security: {
        encryption: 'customer-managed',
        encryptionKey: 'arn:aws:kms:eu-west-1:123456789012:key/abc',
      },
    },
    [
      'network.certificate: is in `us-west-2`, and the deployment in `us-east-1`: name one in `us-east-1` [residency-outside]',
      'security.encryptionKey: is in `eu-west-1`, and the deployment in `us-east-1`: name one in `us-east-1` [residency-outside]',
    ],
  ],
  [
    'a key that is not used',
    { security: { encryptionKey: 'arn:aws:kms:us-east-1:123456789012:key/abc' } },
    [
      'security.encryptionKey: is used only with `encryption: customer-managed`: write that, or remove the key [customer-key]',
    ],
  ],
  [
    'tags that are taken or not allowed',
    {
      tags: {
        name: 'x',
        'llm-deployment': 'x',
        'aws:x': 'y',
        'a#': 'b',
        team: 'search & ads',
        odd: '*,*!\u200b',
      },
    },
    [
      'tags.name: "name" is written by the deployment: choose another name [tags]',
      'tags.llm-deployment: "llm-deployment" is written by the deployment: choose another name [tags]',
      'tags.aws:x: "aws:x" begins with `aws:`, which AWS keeps for itself [tags]',
      'tags.a#: got the name "a#": AWS allows no "#" in a tag. Write letters, digits, spaces and `_ . : / = + - @` [tags]',
      'tags.team: got "search & ads": AWS allows no "&" in a tag. Write letters, digits, spaces and `_ . : / = + - @` [tags]',
      'tags.odd: got "*,*!\\u{200b}": AWS allows no "*", ",", "!" or "\\u{200b}" in a tag. Write letters, digits, spaces and `_ . : / = + - @` [tags]',
    ],
  ],
  [
    'tags that a role takes for one of ours, or for one another',
    { tags: { Name: 'x', 'LLM-Data-Volume': 'x', team: 'a', Team: 'b', teams: 'c' } },
    [
      'tags.Name: "Name" differs only in case from `name`, which is written by the deployment, and a role may not have both: choose another name [tags]',
      'tags.LLM-Data-Volume: "LLM-Data-Volume" differs only in case from `llm-data-volume`, which is written by the deployment, and a role may not have both: choose another name [tags]',
      'tags.team: "team" differs only in case from your tag `Team`, and a role may not have both: choose another name [tags]',
      'tags.Team: "Team" differs only in case from your tag `team`, and a role may not have both: choose another name [tags]',
    ],
  ],
  [
    'too many tags',
    { tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`tag${index}`, 'x'])) },
    ['tags: got 41 tags, the limit is 40: remove some [tags]'],
  ],
  [
    'too many alerts, and one twice',
    { budget: { monthlyUsd: 100, alertAtPercent: [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 90] } },
    [
      'budget.alertAtPercent: got 11 alerts, the limit of AWS is 10: remove some [budget-limits]',
      'budget.alertAtPercent[10]: 90 is listed twice: remove one [budget-limits]',
    ],
  ],
  [
    'a budget as it should be',
    {
      budget: { monthlyUsd: 100, alertAtPercent: 80 },
      monitoring: { notify: 'ops@example.com' },
      tags: { 'cost-centre': '4711' },
    },
    [],
  ],
];

describe('rules about data, keys, tags and money', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
