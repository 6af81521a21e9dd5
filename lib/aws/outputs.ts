import type { CfnOutputProps } from 'aws-cdk-lib/core';
import type { ModelDecision, Plan } from '../plan/plan';
import { ports } from '../runtime/layout';
import type { SingleServer } from './single-server';

const localPort = ports.gateway;

/** What a person needs after the deployment, in the order in which it is needed. */
export function outputs(plan: Plan, server: SingleServer): Record<string, CfnOutputProps> {
  const { identity, models } = plan.decisions;
  const aws = (command: string) => `aws ${command} --region ${identity.region}`;
  const keyCommand = aws(
    `secretsmanager get-secret-value --secret-id ${server.gateway.applicationKey.secretArn} --query SecretString --output text`,
  );
  const instance = aws(
    `autoscaling describe-auto-scaling-groups --auto-scaling-group-names ${server.server.group.autoScalingGroupName} --query AutoScalingGroups[0].Instances[0].InstanceId --output text`,
  );
  const tunnel = aws(
    `ssm start-session --target $(${instance}) --document-name AWS-StartPortForwardingSession --parameters portNumber=${ports.gateway},localPortNumber=${localPort}`,
  );
  const url = server.balancer?.url ?? `http://localhost:${localPort}`;
  return {
    Endpoint: {
      value: `${url}/v1`,
      description: server.balancer ? 'Base address of the API' : 'Base address of the API while Tunnel runs',
    },
    Tunnel: { value: tunnel, description: "The operator's way to the machine; the API comes through it too" },
    ApplicationKey: { value: keyCommand, description: 'Prints the API key that the first boot has made' },
    Try: { value: trial(url, keyCommand, models[0] as ModelDecision), description: 'A request that answers' },
    Dashboard: { value: server.monitoring.dashboardUrl, description: 'Load, latency, GPU and alarms' },
    Remains: {
      value: [server.modelStore.bucket, server.accessLogs.bucket]
        .map((bucket) => bucket.bucketName)
        .join(' '),
      description: 'Buckets that a deleted stack leaves behind, because they hold objects',
    },
  };
}

const requests = {
  chat: { path: 'chat/completions', body: { messages: [{ role: 'user', content: 'Say hello' }] } },
  completion: { path: 'completions', body: { prompt: 'Hello' } },
  embedding: { path: 'embeddings', body: { input: 'Hello' } },
} satisfies Record<ModelDecision['task'], { path: string; body: object }>;

function trial(url: string, keyCommand: string, model: ModelDecision): string {
  const { path, body } = requests[model.task];
  const data = JSON.stringify({ model: model.name, ...body });
  return `curl ${url}/v1/${path} -H "Authorization: Bearer $(${keyCommand})" -H 'Content-Type: application/json' -d '${data}'`;
}
