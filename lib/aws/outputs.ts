import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { CfnOutputProps } from 'aws-cdk-lib/core';
import { keyHeader } from '../plan/network';
import type { EntryDecision, Plan } from '../plan/plan';
import { ports } from '../runtime/layout';
import { type ServedName, servedNames } from '../runtime/served-names';
import type { AccessLogs } from './access-logs';
import type { AuditLog } from './audit-log';
import type { Backup } from './backup';
import type { Balancer } from './balancer';
import { type DataParts, dataOutputs } from './data-outputs';
import type { Gateway } from './gateway';
import type { ModelStore } from './model-store';
import type { Monitoring } from './monitoring';
import type { Queue } from './queue';
import { deploymentTag } from './tags';

const localPort = ports.gateway;

/** The parts that outputs speak of. */
export interface OutputParts extends DataParts {
  gateway: Gateway;
  /** Machines that run the gateway. */
  machines: { readonly group: autoscaling.AutoScalingGroup };
  balancer: Balancer | undefined;
  /** Absent where all models are managed. */
  modelStore: ModelStore | undefined;
  accessLogs: AccessLogs;
  /** Absent without files of requests. */
  queue: Queue | undefined;
  auditLog: AuditLog | undefined;
  backup: Backup | undefined;
  monitoring: Monitoring;
}

/** What a person needs after the deployment, in the order in which it is needed. */
export function outputs(plan: Plan, parts: OutputParts): Record<string, CfnOutputProps> {
  const { identity, entry, application } = plan.decisions;
  const aws = (command: string) => `aws ${command} --region ${identity.region}`;
  const secretCommand = ({ secretArn }: { secretArn: string }) =>
    aws(`secretsmanager get-secret-value --secret-id ${secretArn} --query SecretString --output text`);
  const keyCommand = secretCommand(parts.gateway.applicationKey);
  // one that starts or drains has no gateway that answers
  const instance = aws(
    `autoscaling describe-auto-scaling-groups --auto-scaling-group-names ${parts.machines.group.autoScalingGroupName} --query 'AutoScalingGroups[0].Instances[?LifecycleState==\`InService\`]|[0].InstanceId' --output text`,
  );
  const forward = (port: number) =>
    aws(
      `ssm start-session --target $(${instance}) --document-name AWS-StartPortForwardingSession --parameters portNumber=${port},localPortNumber=${port}`,
    );
  const tunnel = forward(ports.gateway);
  const served = servedNames(plan);
  const url = parts.balancer?.url ?? `http://localhost:${localPort}`;
  return {
    Endpoint: {
      value: `${url}/v1`,
      description: parts.balancer ? 'Base address of the API' : 'Base address of the API while Tunnel runs',
    },
    ...(parts.balancer &&
      entry.domain !== undefined &&
      entry.dnsZone === undefined && {
        PointDomainAt: {
          value: parts.balancer.loadBalancer.loadBalancerDnsName,
          description: `What ${entry.domain} must point to, as a CNAME or an alias in a zone of yours`,
        },
      }),
    Tunnel: { value: tunnel, description: "The operator's way to the gateway; the API comes through it too" },
    ApplicationKey: { value: keyCommand, description: 'Prints the API key that the first boot has made' },
    OperatorKey: {
      value: `LLM_MASTER_KEY=$(${secretCommand(parts.gateway.masterKey)}) npx llm-constructs keys list`,
      description:
        'Makes, lists and revokes keys while Tunnel runs: keys create --name NAME, keys revoke NAME',
    },
    Try: {
      value: trial(url, keyCommand, served[0] as ServedName, entry),
      description: entry.jwt
        ? 'A request that answers; TOKEN is one of your issuer for this audience'
        : 'A request that answers',
    },
    ...(served.length > 1 && {
      Models: {
        value: served.map(({ name }) => name).join(' '),
        description: 'What `model` may be in a request',
      },
    }),
    ...dataOutputs(plan, parts, secretCommand),
    ...(application && {
      Application: {
        value: parts.balancer ? `${parts.balancer.url}${application.path}` : forward(ports.application),
        description: parts.balancer
          ? 'Your own container'
          : `The way to your own container: http://localhost:${ports.application}${application.path} while it runs`,
      },
    }),
    Dashboard: { value: parts.monitoring.dashboardUrl, description: 'Load, latency, GPU and alarms' },
    ...(plan.decisions.budget && {
      ActivateBudget: {
        value: `aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=${deploymentTag},Status=Active`,
        description:
          'Once per paying account, a day after the first deployment: before it the budget counts nothing',
      },
    }),
    ...(parts.queue && fileOutputs(parts.queue, aws)),
    Remains: {
      value: [
        ...[
          parts.modelStore?.newBucket,
          parts.queue?.buckets.newInput,
          parts.queue?.buckets.newOutput,
          parts.accessLogs.bucket,
          parts.auditLog?.store,
        ].flatMap((bucket) => (bucket ? [bucket.bucketName] : [])),
        ...(parts.backup ? [parts.backup.vault.backupVaultName] : []),
      ].join(' '),
      description: parts.backup
        ? 'Buckets and, last, the vault of backups that a deleted stack leaves behind, because they hold something'
        : 'Buckets that a deleted stack leaves behind, because they hold objects',
    },
  };
}

/** How files get in, where their answers are, and what was given up. */
function fileOutputs(
  { buckets, deadLetters }: Queue,
  aws: (command: string) => string,
): Record<string, CfnOutputProps> {
  const input = buckets.input.bucketName;
  const told = JSON.stringify({ EventBridgeConfiguration: {} });
  return {
    ...(buckets.newInput === undefined && {
      TellOfFiles: {
        value: aws(
          `s3api put-bucket-notification-configuration --bucket ${input} --notification-configuration '${told}'`,
        ),
        description:
          'Once, where your input bucket has no notifications yet, which it would replace: else add EventBridge to them',
      },
    }),
    PutFile: {
      value: aws(`s3 cp FILE.jsonl s3://${input}/`),
      description: 'Hands in a file of requests, in the form of the OpenAI Batch API',
    },
    Answers: {
      value: aws(`s3 ls --recursive s3://${buckets.output.bucketName}/`),
      description: 'Answers lie under the name of their file; done.json is the last to appear',
    },
    DeadLetters: {
      value: aws(
        `sqs receive-message --queue-url ${deadLetters.queueUrl} --message-attribute-names reason --max-number-of-messages 10`,
      ),
      description:
        'Jobs that were given up, with the reason; the file of each has rejected.json among the answers',
    },
  };
}

const requests = {
  chat: { path: 'chat/completions', body: { messages: [{ role: 'user', content: 'Say hello' }] } },
  completion: { path: 'completions', body: { prompt: 'Hello' } },
  embedding: { path: 'embeddings', body: { input: 'Hello' } },
} satisfies Record<ServedName['task'], { path: string; body: object }>;

function trial(
  url: string,
  keyCommand: string,
  model: ServedName,
  { jwt }: Pick<EntryDecision, 'jwt'>,
): string {
  const { path, body } = requests[model.task];
  const data = JSON.stringify({ model: model.name, ...body });
  const key = `$(${keyCommand})`;
  const headers = jwt
    ? `-H "Authorization: Bearer $TOKEN" -H "${keyHeader}: ${key}"`
    : `-H "Authorization: Bearer ${key}"`;
  return `curl ${url}/v1/${path} ${headers} -H 'Content-Type: application/json' -d '${data}'`;
}
