import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { Scaled } from '../../lib/aws/scaled';
import { fleetBundle, gatewayBundle } from '../../lib/runtime/bundle';
import { environmentKeysFor } from '../../lib/runtime/environment';
import { text } from './facts-groups';
import { planOf } from './plan-fixture';
import { scaledDeployments, scaledPlanOf, scaledWith } from './scaled-fixture';
import { type Properties, partWritten, type Resource, type Written, written } from './synthesize';

type Name = keyof typeof scaledDeployments;
const names = Object.keys(scaledDeployments) as Name[];
const templates = Object.fromEntries(names.map((name) => [name, written(scaledPlanOf(name))])) as Record<
  Name,
  Written
>;

const entries = (template: Written, type: string): [string, Resource][] =>
  Object.entries(template.resources).filter(([, { Type }]) => Type === type);
/** The launch template whose user data says so. */
const starts = (template: Written): string[] =>
  template
    .properties('AWS::EC2::LaunchTemplate')
    .map(({ LaunchTemplateData }) => text(LaunchTemplateData.UserData['Fn::Base64']));
const gatewayStart = (template: Written) =>
  starts(template).find((start) => start.includes('LLM_MASTER_KEY_SECRET')) as string;
const fleetStarts = (template: Written) => starts(template).filter((start) => start.includes('LLM_FLEET='));
const variables = (start: string) =>
  Object.fromEntries(
    [...start.matchAll(/^ +(LLM_[A-Z_]+)='(.*)'$/gm)].map(([, name, value]) => [name, value]),
  );

/** What the policies of the machines of a group allow, by the id of its role. */
function statementsOf(template: Written, part: string): Properties[] {
  return entries(template, 'AWS::IAM::ManagedPolicy')
    .filter(([id]) => id.startsWith(part))
    .flatMap(([, { Properties }]) => Properties?.PolicyDocument.Statement as Properties[]);
}
const actionsOf = (template: Written, part: string) =>
  statementsOf(template, part).flatMap(({ Action }) => [Action].flat() as string[]);
const secretsRead = (template: Written, part: string) =>
  statementsOf(template, part)
    .filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'))
    .flatMap(({ Resource }) => [Resource].flat().map(text))
    .join(' ');

describe('the machines of a scaled deployment', () => {
  it('are a fleet for each engine and the gateways before them', () => {
    const ids = entries(templates.public, 'AWS::AutoScaling::AutoScalingGroup').map(([id]) => id);
    expect(ids.map((id) => id.replace(/Group.*/, ''))).toEqual([
      'LlmFleetchatoldMachines',
      'LlmFleetchatnewMachines',
      'LlmGateways',
    ]);
  });

  it.each(names)('%s: are told every name that their programs ask for, and no other', (name) => {
    const plan = scaledPlanOf(name);
    expect(Object.keys(variables(gatewayStart(templates[name])))).toEqual(
      environmentKeysFor(plan, 'gateway'),
    );
    const own = plan.decisions.batch?.own?.fleet.name;
    const fleets = fleetStarts(templates[name]).map(variables);
    expect(fleets.map(({ LLM_FLEET }) => LLM_FLEET)).toEqual([
      ...plan.decisions.fleets.map((fleet) => fleet.name),
      ...(own === undefined ? [] : [own]),
    ]);
    for (const told of fleets) {
      const role = told.LLM_FLEET === own ? 'batch' : 'fleet';
      expect(Object.keys(told)).toEqual(environmentKeysFor(plan, role));
    }
  });

  it('start with the bundle of their own role', () => {
    const plan = scaledPlanOf('public');
    expect(gatewayStart(templates.public)).toContain(gatewayBundle(plan, 'aws').sha256);
    for (const [index, fleet] of plan.decisions.fleets.entries()) {
      const start = fleetStarts(templates.public)[index] as string;
      expect(variables(start).LLM_FLEET).toBe(fleet.name);
      expect(start).toContain(fleetBundle(plan, fleet, 'aws').sha256);
    }
  });

  it('reach the engines by the name of their balancer', () => {
    const [id] = entries(templates.public, 'AWS::ElasticLoadBalancingV2::LoadBalancer').find(
      ([, { Properties }]) => Properties?.Scheme === 'internal',
    ) as [string, Resource];
    expect(variables(gatewayStart(templates.public)).LLM_ENGINES_HOST).toBe(`<${id}.DNSName>`);
  });

  it('have user data below the limit of EC2', () => {
    for (const name of names) {
      for (const start of starts(templates[name])) expect(start.length).toBeLessThan(16_000);
    }
  });

  it('move weights between versions without a touch on a GPU', () => {
    const weights = (percent: number) =>
      written(
        scaledWith({
          models: [
            {
              name: 'chat',
              versions: [
                { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 100 - percent },
                { name: 'new', source: 'Qwen/Qwen3-4B', weightPercent: percent },
              ],
            },
          ],
          // sizes that do not follow the weights
          capacity: { purchase: 'on-demand' },
          network: scaledDeployments.public.network,
          traffic: { requestsPerSecond: 1 },
        }),
      );
    const [few, more] = [weights(10), weights(20)];
    expect(fleetStarts(more)).toEqual(fleetStarts(few));
    expect(gatewayStart(more)).not.toBe(gatewayStart(few));
  });
});

describe('what stands beside the API of a scaled deployment', () => {
  const { entry: template } = templates;

  it("is the user's container on the gateways, whose path the balancer sends there", () => {
    const [group] = entries(template, 'AWS::AutoScaling::AutoScalingGroup').filter(([id]) =>
      id.startsWith('LlmGateways'),
    );
    const targets = template
      .properties('AWS::ElasticLoadBalancingV2::TargetGroup')
      .map(({ Port }) => Port)
      .filter((port) => port < 5000);
    expect(targets).toEqual([4000, 4084]);
    expect(group?.[1].Properties?.TargetGroupARNs).toHaveLength(2);
    const paths = template
      .properties('AWS::ElasticLoadBalancingV2::ListenerRule')
      .flatMap(({ Conditions }) => Conditions as Properties[])
      .flatMap(({ PathPatternConfig }) => PathPatternConfig?.Values ?? []);
    expect(paths.toSorted()).toEqual(['/chat', '/chat/*', '/health/liveliness', '/v1/*']);
  });

  it('is a content filter that the gateways may ask and the engines may not', () => {
    expect(actionsOf(template, 'LlmGateways')).toContain('bedrock:ApplyGuardrail');
    expect(actionsOf(template, 'LlmFleet')).not.toContain('bedrock:ApplyGuardrail');
    const [guardrail] = entries(template, 'AWS::Bedrock::Guardrail').map(([id]) => id);
    expect(variables(gatewayStart(template)).LLM_GUARDRAIL_ID).toBe(`<${guardrail}.GuardrailId>`);
    expect(fleetStarts(template).join()).not.toContain('LLM_GUARDRAIL');
  });

  it('is a token that the balancer demands for the API alone', () => {
    const demanding = template
      .properties('AWS::ElasticLoadBalancingV2::ListenerRule')
      .filter(({ Actions }) => (Actions as Properties[]).some(({ Type }) => Type === 'jwt-validation'))
      .map(({ Conditions }) => Conditions[1].PathPatternConfig.Values);
    expect(demanding).toEqual([['/v1/*']]);
  });
});

describe('what the machines of a scaled deployment may do', () => {
  const { public: template } = templates;
  const fleet = 'LlmFleetchatold';
  const secretId = (words: RegExp) =>
    (
      entries(template, 'AWS::SecretsManager::Secret').find(([, { Properties }]) =>
        words.test(Properties?.Description),
      ) as [string, Resource]
    )[0];

  it('does not let engines read the keys of operator and application, or the passwords of the data', () => {
    const read = secretsRead(template, fleet);
    expect(read).toContain(secretId(/key between gateways and engines/));
    expect(secretsRead(template, 'LlmGateways')).toContain(secretId(/key between gateways and engines/));
    for (const words of [/operator/, /first boot/, /Seed of the passwords/, /Postgres/, /Valkey/]) {
      expect(read).not.toContain(secretId(words));
      expect(secretsRead(template, 'LlmGateways')).toContain(secretId(words));
    }
    expect(read).toContain(':secret:hub-token-');
    expect(secretsRead(template, 'LlmGateways')).not.toContain('hub-token');
  });

  it('lets gateways call models of the cloud, and engines read weights, and nobody touch a volume', () => {
    expect(actionsOf(template, fleet)).toContain('s3:PutObject');
    expect(actionsOf(template, 'LlmGateways')).not.toContain('s3:PutObject');
    expect(actionsOf(template, 'LlmBedrock')).toContain('bedrock:InvokeModel');
    const all = template
      .properties('AWS::IAM::ManagedPolicy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[])
      .flatMap(({ Action }) => [Action].flat() as string[]);
    expect(all.filter((action) => /^ec2:.*Volume|kms:CreateGrant/.test(action))).toEqual([]);
  });

  it('lets each group report on itself alone', () => {
    const own = (part: string) =>
      statementsOf(template, part)
        .filter(({ Action }) => [Action].flat().includes('autoscaling:CompleteLifecycleAction'))
        .map(({ Resource }) => text(Resource));
    const all = [fleet, 'LlmFleetchatnew', 'LlmGateways'].flatMap(own);
    expect(all).toHaveLength(3);
    expect(new Set(all).size).toBe(3);
  });

  it('lets engines read models of the user only where they serve them', () => {
    const { private: own } = templates;
    const read = statementsOf(own, 'LlmFleetchat').flatMap(({ Resource }) => [Resource].flat().map(text));
    expect(read).toContain('arn:aws:s3:::our-models/chat/qwen3-8b/*');
    expect(read).toContain('arn:aws:s3:::our-adapters/legal/*');
  });
});

describe('a change of a scaled deployment', () => {
  const groups = entries(templates.public, 'AWS::AutoScaling::AutoScalingGroup');

  it('ends at the alarms of the plan, which are known by name before they are made', () => {
    const alarms = templates.public.properties('AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName);
    for (const [, { UpdatePolicy }] of groups) {
      const { Preferences } = UpdatePolicy?.AutoScalingInstanceRefresh ?? {};
      expect(Preferences.AlarmSpecification.Alarms).toEqual([
        expect.stringMatching(/^chat-prod-\w{8}-error-rate$/),
        expect.stringMatching(/^chat-prod-\w{8}-no-healthy-target$/),
      ]);
      expect(Preferences.CheckpointPercentages).toEqual([10, 50, 100]);
      for (const name of Preferences.AlarmSpecification.Alarms) expect(alarms).toContain(name);
    }
  });

  it('is made from engines to the entry, so that what fails first is undone by itself', () => {
    const [fleet] = groups[0] as [string, Resource];
    const balancers = entries(templates.public, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const inner = balancers.find(([, { Properties }]) => Properties?.Scheme === 'internal');
    const outer = balancers.find(([, { Properties }]) => Properties?.Scheme !== 'internal');
    expect(inner?.[1].DependsOn).toContain(fleet);
    expect(outer?.[1].DependsOn).toContain(groups[2]?.[0]);
  });
});

describe('a scaled deployment of managed models alone', () => {
  const { managed: template } = templates;

  it('has gateways and no GPU, no balancer of engines and no bucket for weights', () => {
    expect(template.all('AWS::AutoScaling::AutoScalingGroup')).toHaveLength(1);
    expect(template.all('AWS::ElasticLoadBalancingV2::LoadBalancer')).toHaveLength(1);
    // access logs
    expect(template.all('AWS::S3::Bucket')).toHaveLength(1);
    expect(gatewayStart(template)).not.toContain('LLM_ENGINES_HOST');
  });

  it('lets containers of the gateway call the cloud', () => {
    const [data] = template.properties('AWS::EC2::LaunchTemplate');
    expect(data?.LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit).toBe(2);
    expect(template.template.Outputs.Try.Value['Fn::Join'][1].join('')).toContain('"model":"claude"');
  });
});

describe('a scaled deployment in a network of the user', () => {
  const { private: template } = templates;

  it('has no public address and makes no network', () => {
    for (const { Scheme } of template.properties('AWS::ElasticLoadBalancingV2::LoadBalancer')) {
      expect(Scheme).toBe('internal');
    }
    for (const type of ['AWS::EC2::VPC', 'AWS::EC2::EIP', 'AWS::EC2::NatGateway', 'AWS::WAFv2::WebACL']) {
      expect(template.all(type), type).toEqual([]);
    }
    expect(template.missingContext).toEqual([]);
  });

  it('spreads machines over its subnets, and asks its name servers', () => {
    for (const { VPCZoneIdentifier } of template.properties('AWS::AutoScaling::AutoScalingGroup')) {
      expect(VPCZoneIdentifier).toEqual(
        scaledDeployments.private.network.existing.machineSubnets.map(({ id }) => id),
      );
    }
    const engines = template
      .properties('AWS::EC2::SecurityGroup')
      .find(({ GroupDescription }) => GroupDescription === 'LLM engines of chat');
    expect(engines?.SecurityGroupEgress.map(({ ToPort }: Properties) => ToPort)).toEqual([443, 53, 53]);
  });

  it('pins the image of all machines', () => {
    for (const { LaunchTemplateData } of template.properties('AWS::EC2::LaunchTemplate')) {
      expect(LaunchTemplateData.ImageId).toBe('ami-0123456789abcdef0');
    }
  });
});

describe('the construct of a scaled deployment', () => {
  it('takes a bucket of the caller for the weights', () => {
    const template = partWritten((stack) => {
      const bucket = new Bucket(stack, 'Own');
      new Scaled(stack, 'Llm', { plan: scaledPlanOf('asleep'), bucket });
    });
    expect(variables(fleetStarts(template)[0] as string).LLM_MODEL_BUCKET).toBe(
      `<${entries(template, 'AWS::S3::Bucket')[0]?.[0]}>`,
    );
  });

  it('is only for plans of fleets, in their region', () => {
    const stack = (region: string) => new Stack(new App(), 'Test', { env: { region } });
    expect(() => new Scaled(stack('eu-central-1'), 'Llm', { plan: planOf('tunnel') })).toThrow(
      'this construct is for `scaled`, and this is a plan of `single-server`: write `architecture: scaled`, or take `SingleServer`',
    );
    expect(() => new Scaled(stack('us-east-1'), 'Llm', { plan: scaledPlanOf('asleep') })).toThrow(
      'the stack Test is in us-east-1 and the plan is for eu-central-1',
    );
  });

  it('prints the way to a gateway machine', () => {
    const { Tunnel } = templates.public.template.Outputs;
    const group = templates.public
      .properties('AWS::AutoScaling::AutoScalingGroup')
      .map(({ AutoScalingGroupName }) => AutoScalingGroupName as string);
    expect(text(Tunnel.Value)).toContain('portNumber=4000');
    const [gateways] = entries(templates.public, 'AWS::AutoScaling::AutoScalingGroup')[2] as [
      string,
      Resource,
    ];
    expect(text(Tunnel.Value)).toContain(gateways);
    expect(new Set(group).size).toBe(3);
  });
});
