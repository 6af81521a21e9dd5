import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../lib/spec/types';
import { planned, scaled } from '../plan/example';
import { type Properties, type Written, written } from './synthesize';

const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const files = { requestsPerDay: 20_000 };
const users = { traffic: { concurrentUsers: 20 } } satisfies Partial<Deployment>;

const alarm = (template: Written, metric: string): Properties | undefined =>
  template.properties('AWS::CloudWatch::Alarm').find(({ MetricName }) => MetricName === metric);
const queueOf = (one: Properties | undefined) => JSON.stringify(one?.Dimensions);

/** Resources whose managed policies let them receive jobs, by the role. */
const workers = (template: Written) =>
  template
    .properties('AWS::IAM::ManagedPolicy')
    .filter(({ PolicyDocument }) => JSON.stringify(PolicyDocument).includes('sqs:ReceiveMessage'))
    .map(({ Roles }) => JSON.stringify(Roles));

describe('files of requests on a single server', () => {
  const template = written(planned({ ...users, batch: { requestsPerDay: 1000 } }));

  it('are watched on the queue and on the dead letters, each on its own', () => {
    expect(queueOf(alarm(template, 'ApproximateAgeOfOldestMessage'))).not.toContain('DeadLetters');
    expect(alarm(template, 'ApproximateAgeOfOldestMessage')?.Threshold).toBe(24 * 3600);
    expect(queueOf(alarm(template, 'ApproximateNumberOfMessagesVisible'))).toContain('DeadLetters');
  });

  it('are worked on by the machine, which is told where they are', () => {
    expect(workers(template)).toEqual([expect.stringContaining('ServerRole')]);
    const userData = JSON.stringify(
      template.only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData.UserData,
    );
    for (const name of ['QUEUE', 'DEAD_QUEUE', 'INPUT', 'OUTPUT']) {
      expect(userData).toContain(`LLM_BATCH_${name}=`);
    }
  });

  it('have outputs that say how to hand one in and where answers are', () => {
    const { PutFile, Answers, DeadLetters, TellOfFiles } = template.template.Outputs;
    expect(JSON.stringify(PutFile.Value)).toContain('s3 cp FILE.jsonl s3://');
    expect(JSON.stringify(Answers.Value)).toContain('s3 ls --recursive s3://');
    expect(JSON.stringify(DeadLetters.Value)).toContain('sqs receive-message');
    expect(TellOfFiles).toBeUndefined();
  });

  it('in a bucket of the user tell of themselves when its owner says so, once', () => {
    const own = written(planned({ ...users, batch: { requestsPerDay: 1000, inputBucket: 'our-files' } }));
    expect(own.template.Outputs.TellOfFiles.Value).toBe(
      'aws s3api put-bucket-notification-configuration --bucket our-files --notification-configuration \'{"EventBridgeConfiguration":{}}\' --region us-east-1',
    );
  });
});

describe('files of requests beside fleets', () => {
  const template = written(scaled({ network: domain, batch: files }));
  const groups = Object.entries(template.resources).filter(
    ([, { Type }]) => Type === 'AWS::AutoScaling::AutoScalingGroup',
  );
  const own = groups.find(([id]) => id.includes('Files'))?.[1];

  it('have machines of their own that nobody pays for while there are none', () => {
    expect(groups).toHaveLength(3);
    expect(own?.Properties).toMatchObject({ MinSize: '0' });
    expect(own?.Properties?.TargetGroupARNs).toBeUndefined();
    expect(own?.CreationPolicy).toBeUndefined();
    expect(own?.Properties?.MixedInstancesPolicy.InstancesDistribution).toMatchObject({
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 0,
    });
  });

  it('are worked on by those machines alone', () => {
    expect(workers(template)).toEqual([expect.stringContaining('FilesMachinesRole')]);
    const told = template
      .properties('AWS::EC2::LaunchTemplate')
      .filter(({ LaunchTemplateData }) => JSON.stringify(LaunchTemplateData).includes('LLM_BATCH_QUEUE'));
    expect(told).toHaveLength(1);
  });

  it('never see the keys of operator or application', () => {
    const [template_] = template
      .properties('AWS::EC2::LaunchTemplate')
      .filter(({ LaunchTemplateData }) => JSON.stringify(LaunchTemplateData).includes('LLM_BATCH_QUEUE'));
    expect(JSON.stringify(template_)).not.toMatch(/LLM_(MASTER|APPLICATION)_KEY/);
  });

  it('work in the window of the plan where there is one', () => {
    const batch = { ...files, startAt: '22:00', deadlineHours: 8 };
    const nightly = written(scaled({ network: domain, timeZone: 'Europe/Berlin', batch }));
    const actions = nightly.properties('AWS::AutoScaling::ScheduledAction');
    expect(actions.map(({ Recurrence, MaxSize, TimeZone }) => [Recurrence, MaxSize > 0, TimeZone])).toEqual(
      expect.arrayContaining([
        ['0 22 * * 0,1,2,3,4,5,6', true, 'Europe/Berlin'],
        ['0 6 * * 0,1,2,3,4,5,6', false, 'Europe/Berlin'],
      ]),
    );
  });
});

describe('files for a model of the cloud', () => {
  it('are worked on beside the gateways', () => {
    const models = ['bedrock:amazon.nova-lite-v1:0'];
    const template = written(scaled({ network: domain, models, batch: { requestsPerDay: 1000 } }));
    expect(workers(template)).toEqual([expect.stringContaining('GatewaysRole')]);
  });
});
