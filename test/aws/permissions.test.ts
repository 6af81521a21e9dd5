import { describe, expect, it } from 'vitest';
import { bundle } from '../../lib/runtime/bundle';
import { text } from './facts-groups';
import { type deployments, planOf } from './plan-fixture';
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
  's3 rm': ['s3:DeleteObject', 's3:ListBucket'],
  // a broken upload in parts is taken back
  's3 sync': ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:AbortMultipartUpload'],
  's3api delete-object': ['s3:DeleteObject'],
  // without leave to list, a missing object is forbidden and not missing
  's3api head-object': ['s3:GetObject', 's3:ListBucket'],
  's3api list-objects-v2': ['s3:ListBucket'],
  's3api put-object': ['s3:PutObject'],
  'secretsmanager get-secret-value': ['secretsmanager:GetSecretValue'],
  'secretsmanager put-secret-value': ['secretsmanager:PutSecretValue'],
};

/** What else on the machine speaks to AWS. */
const agents: Record<string, string[]> = {
  telegraf: ['cloudwatch:PutMetricData'],
  'docker, from a registry of AWS': ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  'gateway, for models of the cloud': ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
  'log driver of docker': ['logs:CreateLogStream', 'logs:PutLogEvents'],
  'agent of Session Manager': [
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ],
};
const commonAgents = ['telegraf', 'log driver of docker', 'agent of Session Manager'];
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

/** Programs and actions of the machine of a deployment. */
function machineOf(name: keyof typeof deployments) {
  const template = writtenOf(name);
  const { LaunchTemplateData } = template.only('AWS::EC2::LaunchTemplate').Properties as Properties;
  const programs = bundle(planOf(name), 'aws').files.map(({ content }) => content);
  return {
    programs: [...programs, text(LaunchTemplateData.UserData['Fn::Base64'])],
    allowed: template
      .properties('AWS::IAM::ManagedPolicy')
      .filter(({ Roles }) => JSON.stringify(Roles).includes('ServerRole'))
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[])
      .flatMap(({ Action }) => [Action].flat() as string[]),
  };
}

describe.each([
  ['internal', [...commonAgents, 'docker, from a registry of AWS'], keyUse],
  ['several', [...commonAgents, 'docker, from a registry of AWS', 'gateway, for models of the cloud'], []],
  ['tunnel', commonAgents, []],
] as const)('the permissions of the machine: %s', (name, agentNames, keyActions) => {
  const { programs, allowed } = machineOf(name);
  const found = new Set(programs.flatMap(called));
  const ofAgents = agentNames.flatMap((agent) => agents[agent] as string[]);

  it('cover every command that its programs run', () => {
    expect(found.size).toBeGreaterThan(10);
    for (const command of found) {
      expect(Object.keys(commands)).toContain(command);
      // the line that opens registries of AWS stands in every boot script and runs for each of them
      if (command === 'ecr get-login-password' && name === 'tunnel') continue;
      for (const action of commands[command] ?? []) expect(allowed, command).toContain(action);
    }
    for (const action of ofAgents) expect(allowed).toContain(action);
  });

  it('hold nothing that no program needs', () => {
    const needed = [...found].flatMap((command) => commands[command] ?? []);
    const known = new Set([...needed, ...ofAgents, ...keyActions]);
    expect(allowed.filter((action) => !known.has(action))).toEqual([]);
    expect(Object.keys(commands).filter((command) => !found.has(command))).toEqual([]);
  });

  it('name actions one by one', () => {
    expect(allowed.filter((action) => action.includes('*'))).toEqual([]);
  });
});
