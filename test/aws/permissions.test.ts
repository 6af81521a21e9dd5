import { describe, expect, it } from 'vitest';
import { bundle } from '../../lib/runtime/bundle';
import { text } from './facts';
import { planOf } from './plan-fixture';
import { type Properties, writtenOf } from './synthesize';

/** IAM actions of each command that the machine's programs run (AWS service authorization reference, 2026-11). */
const commands: Record<string, string[]> = {
  'autoscaling complete-lifecycle-action': ['autoscaling:CompleteLifecycleAction'],
  'autoscaling record-lifecycle-action-heartbeat': ['autoscaling:RecordLifecycleActionHeartbeat'],
  'autoscaling set-instance-health': ['autoscaling:SetInstanceHealth'],
  'cloudformation signal-resource': ['cloudformation:SignalResource'],
  'ecr get-login-password': ['ecr:GetAuthorizationToken'],
  'ec2 attach-volume': ['ec2:AttachVolume'],
  'ec2 describe-volumes': ['ec2:DescribeVolumes'],
  'ec2 detach-volume': ['ec2:DetachVolume'],
  'logs create-log-stream': ['logs:CreateLogStream'],
  'logs put-log-events': ['logs:PutLogEvents'],
  's3 cp': ['s3:GetObject'],
  // a broken upload in parts is taken back
  's3 sync': ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:AbortMultipartUpload'],
  's3api delete-object': ['s3:DeleteObject'],
  // without leave to list, a missing object is forbidden and not missing
  's3api head-object': ['s3:GetObject', 's3:ListBucket'],
  's3api put-object': ['s3:PutObject'],
  'secretsmanager get-secret-value': ['secretsmanager:GetSecretValue'],
  'secretsmanager put-secret-value': ['secretsmanager:PutSecretValue'],
};

/** What else on the machine speaks to AWS. */
const agents: Record<string, string[]> = {
  telegraf: ['cloudwatch:PutMetricData'],
  'docker, from a registry of AWS': ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  'log driver of docker': ['logs:CreateLogStream', 'logs:PutLogEvents'],
  'agent of Session Manager': [
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ],
};
/** Attaching and reading what the key encrypts. */
const keyUse = ['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey'];

const services = 'autoscaling|cloudformation|cloudwatch|ec2|ecr|logs|s3|s3api|secretsmanager|ssm|sts';
const calls = [
  new RegExp(`\\baws (?:--[a-z-]+ \\S+ )*(${services}) ([a-z-]+)`, 'g'),
  new RegExp(`\\(\\s*'(${services})', '([a-z-]+)'`, 'g'),
];

function called(content: string): string[] {
  const direct = calls.flatMap((call) =>
    [...content.matchAll(call)].map(([, service, verb]) => `${service} ${verb}`),
  );
  // a verb on its own, handed to a function that adds the service
  const handed = Object.keys(commands).filter((command) => {
    const verb = command.split(' ')[1] as string;
    return verb.includes('-') && content.includes(`'${verb}'`);
  });
  return [...direct, ...handed];
}

const plan = planOf('internal');
const template = writtenOf('internal');
const start = text(
  template.only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData.UserData['Fn::Base64'],
);
const programs = bundle(plan, 'aws')
  .files.map(({ content }) => content)
  .concat(start);
const allowed = template
  .properties('AWS::IAM::ManagedPolicy')
  .filter(({ Roles }) => JSON.stringify(Roles).includes('ServerRole'))
  .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[])
  .flatMap(({ Action }) => [Action].flat() as string[]);

describe('the permissions of the machine', () => {
  it('cover every command that its programs run', () => {
    const found = new Set(programs.flatMap(called));
    expect(found.size).toBeGreaterThan(10);
    for (const command of found) {
      expect(Object.keys(commands)).toContain(command);
      for (const action of commands[command] ?? []) expect(allowed, command).toContain(action);
    }
    for (const [agent, actions] of Object.entries(agents)) {
      for (const action of actions) expect(allowed, agent).toContain(action);
    }
  });

  it('hold nothing that no program needs', () => {
    const found = new Set(programs.flatMap(called));
    const needed = [...found].flatMap((command) => commands[command] ?? []);
    const known = new Set([...needed, ...Object.values(agents).flat(), ...keyUse]);
    expect(allowed.filter((action) => !known.has(action))).toEqual([]);
    expect(Object.keys(commands).filter((command) => !found.has(command))).toEqual([]);
  });

  it('name actions one by one', () => {
    expect(allowed.filter((action) => action.includes('*'))).toEqual([]);
  });
});
