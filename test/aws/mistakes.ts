import type { Plan } from '../../lib/plan/plan';
import { plannedGroups } from '../contract/planned';
import { groupsOf, text } from './facts-groups';
import type { Properties, Written } from './synthesize';

/** A mistake that many make who serve models on AWS, and what keeps a deployment from it. */
export interface Mistake {
  mistake: string;
  /** Beginnings of what checks of the contract promise. */
  contract?: string[];
  /** Tests elsewhere: file under `test/`, and the name of the test. */
  tests?: [file: string, name: string][];
  /** What is wrong with a template; empty where nothing is. */
  problems?: (template: Written, plan: Plan) => string[];
  /** A change of a template that makes the mistake. */
  made?: { type: string; change: (properties: Properties) => unknown };
}

/**
 * Collected 2026-11 from issues and documents of serving projects, clouds and their tools: each was made more than
 * once by others. A row without `problems` is held by tests elsewhere.
 */
export const mistakes: readonly Mistake[] = [
  {
    mistake: 'a health check ends machines while weights load',
    contract: ['waits longer than a start takes'],
    problems: (template, plan) =>
      plannedGroups(plan).flatMap(({ machines: { name }, loadSeconds }) =>
        groupsOf(plan, template)
          .filter((group) => group.name === name && group.graceSeconds < 2 * loadSeconds)
          .map(({ graceSeconds }) => `${name}: ${graceSeconds} s of grace are less than two loads`),
      ),
    made: {
      type: 'AWS::AutoScaling::AutoScalingGroup',
      change: (p) => setTo(p, 'HealthCheckGracePeriod', 1200),
    },
  },
  {
    mistake: 'the balancer closes a connection before the answer is complete',
    contract: ['waits at every hop longer than the longest answer'],
  },
  {
    mistake: 'a server closes idle connections before the hop in front of it does',
    contract: ['keeps connections open longer behind each hop'],
    tests: [['runtime/compose.test.ts', 'keeps connections open longer than the hop in front, all the way']],
  },
  {
    mistake: 'a stream is cut while it is silent before its first token',
    contract: ['waits at every hop longer than the longest answer, and pings'],
    tests: [
      ['integration/streams.integration.ts', 'keeps a stream open with comments while the engine is silent'],
    ],
  },
  {
    mistake: 'engines scale on the use of CPU or GPU',
    contract: ['grows each group on the signal of the plan'],
    tests: [
      [
        'aws/gpu-fleet.test.ts',
        'adds machines by the series that the machines send, and never takes any away by it',
      ],
    ],
  },
  {
    mistake: 'nobody asked for the quota of GPU machines, which is 0 in new accounts',
    tests: [
      ['plan/machine.test.ts', 'tells the quota that must allow it'],
      ['plan/machine.test.ts', 'tells the quota of spot machines, which is another one'],
      ['report/plan.test.ts', 'names machine, price and quota'],
    ],
  },
  {
    mistake: 'the root disk is too small for the images and the weights',
    contract: ['has disks that hold'],
  },
  {
    mistake: 'containers cannot reach the metadata of their machine, or every container can',
    problems: (template, plan) =>
      template.properties('AWS::EC2::LaunchTemplate').flatMap(({ LaunchTemplateData: data }) => {
        const { HttpTokens, HttpPutResponseHopLimit } = data.MetadataOptions ?? {};
        const { managedModels, gateway } = plan.decisions;
        const calls = managedModels.length > 0 || gateway.guardrail !== undefined;
        const hops = calls && !text(data.UserData['Fn::Base64']).includes('LLM_FLEET=') ? 2 : 1;
        return HttpTokens === 'required' && HttpPutResponseHopLimit === hops
          ? []
          : [`tokens ${HttpTokens}, ${HttpPutResponseHopLimit} hops and not ${hops}`];
      }),
    made: {
      type: 'AWS::EC2::LaunchTemplate',
      change: (p) =>
        setTo(p.LaunchTemplateData, 'MetadataOptions', {
          HttpTokens: 'optional',
          HttpPutResponseHopLimit: 1,
        }),
    },
  },
  {
    mistake: 'GPUs of one engine speak through 64 MB of shared memory',
    tests: [
      [
        'runtime/compose.test.ts',
        'gives shared memory to engines that span GPUs, within the memory of the machine',
      ],
    ],
  },
  {
    mistake: 'a deployment or a smaller group cuts running streams',
    contract: ['lets running answers end when a machine leaves'],
    tests: [
      [
        'runtime/drain.test.ts',
        'waits for running answers, stops the stack, frees the volume, then lets the group go on',
      ],
    ],
  },
  {
    mistake: 'a spot machine is taken away without draining',
    tests: [
      ['runtime/drain.test.ts', 'begins at a spot notice and keeps the time that stopping takes'],
      [
        'aws/gpu-fleet.test.ts',
        'buys a base on demand and the rest as spot, replaced before it is taken away',
      ],
    ],
  },
  {
    mistake: 'an update waits for ever for a second GPU that is not there',
    tests: [
      [
        'aws/gpu-server.test.ts',
        'ends the old machine before it starts the new one, and waits until that one serves',
      ],
      ['aws/gpu-server.test.ts', 'ends the old machine first in a repair too'],
      ['aws/gpu-fleet.test.ts', 'ends one before it starts the next without a spare GPU, in repairs too'],
    ],
  },
  {
    mistake: 'every machine downloads the weights from the hub, which refuses so many',
    tests: [
      [
        'runtime/model-store.test.ts',
        'come from the hub into the bucket once: manifest last, lock taken first and given back',
      ],
      [
        'runtime/model-store.test.ts',
        'are copied from the bucket by every later machine, and each checksum is checked',
      ],
      [
        'runtime/compose.test.ts',
        'keeps the engine offline, its weights read-only and its compiled graphs on the data volume',
      ],
    ],
    problems: (template) => {
      const made = template.all('AWS::EC2::VPC').length;
      const ways = template
        .properties('AWS::EC2::VPCEndpoint')
        .filter(({ ServiceName }) => JSON.stringify(ServiceName).includes('.s3'));
      return ways.length >= made ? [] : ['weights pass the NAT gateway, which is paid by the gigabyte'];
    },
    made: {
      type: 'AWS::EC2::VPCEndpoint',
      change: (p) => setTo(p, 'ServiceName', 'com.amazonaws.us-east-1.sqs'),
    },
  },
  {
    mistake: 'secrets stand in start texts or in the environment of containers',
    contract: ['contains no value of a secret'],
    tests: [
      [
        'runtime/compose.test.ts',
        'keeps secrets out of container definitions: they come as files from the tmpfs',
      ],
    ],
  },
  {
    mistake: 'the password of the database stands in the template',
    contract: ['contains no value of a secret'],
    problems: (template) =>
      [...template.properties('AWS::RDS::DBInstance'), ...template.properties('AWS::RDS::DBCluster')].flatMap(
        ({ MasterUserPassword: password }) =>
          password === undefined || text(password).startsWith('{{resolve:secretsmanager:')
            ? []
            : ['a password in words'],
      ),
    made: { type: 'AWS::RDS::DBInstance', change: (p) => setTo(p, 'MasterUserPassword', 'correct-horse') },
  },
  {
    mistake: 'the web firewall takes prompts for attacks',
    tests: [
      [
        'aws/firewall.test.ts',
        'lets long prompts with code and links through: rules that read the body only count',
      ],
    ],
  },
  {
    mistake: 'the driver of the GPU changes under a running engine',
    tests: [
      ['runtime/systemd-units.test.ts', 'keep the machine from changing its driver under a running engine'],
      [
        'aws/gpu-server.test.ts',
        'takes the newest image of the vendor at deploy time, or the one that is pinned',
      ],
    ],
  },
  {
    mistake: 'weights are read from a cold disk with the throughput of a new one',
    contract: ['has disks that hold'],
    tests: [['aws/gpu-fleet.test.ts', 'keeps a warm pool of the planned type alone, of exactly its size']],
  },
  {
    mistake: 'what outlives a deleted deployment holds its name, and the next deployment fails',
    problems: ({ resources }) =>
      Object.entries(resources).flatMap(([id, { DeletionPolicy = '', Properties = {} }]) => {
        if (!DeletionPolicy.startsWith('Retain')) return [];
        const fixed = names.filter((name) => typeof Properties[name] === 'string');
        return fixed.map((name) => `${id} stays, and its ${name} is ${Properties[name]}`);
      }),
    made: { type: 'AWS::S3::Bucket', change: (p) => setTo(p, 'BucketName', 'llm-models') },
  },
  {
    mistake: 'a second region refers to resources of the first, or has its credentials',
    tests: [['catalog/support.test.ts', 'are each reached by what they refuse']],
    problems: (template, plan) => {
      const { identity, backup } = plan.decisions;
      // copies of backups are asked for by name, and refer to nothing there
      const meant = [identity.region, backup?.copy?.region];
      const own = plan.decisions.managedModels.flatMap(
        ({ foundationModelRegions }) => foundationModelRegions,
      );
      const named =
        template.text.match(/\b(us|eu|ap|ca|sa|me|af|il|mx)-(north|south|east|west|central)[a-z]*-\d\b/g) ??
        [];
      return [...new Set(named)].filter((other) => !meant.includes(other) && !own.includes(other));
    },
    made: { type: 'AWS::S3::Bucket', change: (p) => setTo(p, 'ReplicationConfiguration', 'ap-southeast-2') },
  },
];

/** Properties that name a resource for its account or its region. */
const names = [
  'BucketName',
  'ClusterName',
  'DBClusterIdentifier',
  'DBInstanceIdentifier',
  'KeyName',
  'LogGroupName',
  'Name',
  'QueueName',
  'ReplicationGroupId',
  'TableName',
  'TopicName',
];

function setTo(properties: Properties, name: string, value: unknown): void {
  properties[name] = value;
}
