import { engineNeeds } from '../../catalog/images';
import type { SingleServerPlan } from '../../plan/plan';
import { applicationLocalPort } from './compose';
import { type Difference, gpus, models } from './difference';
import type { LocalForm } from './form';
import { llamaDifferences } from './llama/differences';
import { localAlarms } from './monitoring/prometheus';

/** What the local form does otherwise than the cloud; only what this plan and form have. */
export function differences(plan: SingleServerPlan, form: LocalForm): Difference[] {
  const { database, cache, entry, monitoring, machine, gateway, managedModels, application, batch } =
    plan.decisions;
  const managed = managedModels.map(({ name }) => name).join(', ');
  const provider = 'Amazon Bedrock';
  const rows: (Difference | false)[] = [
    form.engine === 'simulated' && {
      what: `${models(plan)} on ${gpus(plan)}`,
      here: 'simulated: no model runs, answers say so, and come at the pace that the plan expects of the real one',
    },
    form.engine === 'vllm' && {
      what: `${machine.instanceType} with ${gpus(plan)}`,
      here: `this machine: it needs ${gpus(plan)}, NVIDIA driver ${engineNeeds.driver} or newer, and the NVIDIA container toolkit; another GPU needs other flags`,
    },
    ...(form.engine === 'llama.cpp' ? llamaDifferences(plan, form) : []),
    database.postgres === 'managed' && {
      what: 'managed Postgres',
      here: 'a Postgres container with a volume; you make the backups',
    },
    database.postgres === 'embedded' && {
      what: `backups for ${database.backupDays} days`,
      here: 'none: the volume of Postgres is yours to save',
    },
    cache.valkey === 'managed' && { what: 'managed Valkey', here: 'a Valkey container with a volume' },
    entry.ingress !== 'tunnel' && {
      what: `${entry.ingress} entry${entry.tls === 'required' ? ' with TLS' : ''}${entry.waf ? ' and firewall' : ''}`,
      here: 'plain HTTP on the loopback interface',
    },
    application !== undefined &&
      entry.ingress !== 'tunnel' && {
        what: `your container at ${application.path} of the balancer`,
        here: `at http://localhost:${applicationLocalPort}${application.path}, a port of its own`,
      },
    gateway.guardrail !== undefined && {
      what: 'content filter of the cloud',
      here: 'none: nobody looks at prompts and answers',
    },
    batch !== undefined && {
      what: `files of ${batch.requestsPerDay} lines a day, from a bucket by a queue`,
      here: 'none: no worker takes files here; send their lines to the API',
    },
    entry.jwt !== undefined && {
      what: `tokens of ${entry.jwt.issuer} checked by the balancer`,
      here: 'no token is checked: the API key alone counts',
    },
    managedModels.length > 0 &&
      form.engine === 'simulated' && {
        what: `${managed} on ${provider}`,
        here: 'simulated as well: no request leaves this machine and none costs money; keys are charged the mean of input and output prices',
      },
    managedModels.length > 0 &&
      form.engine !== 'simulated' && {
        what: `${managed} on ${provider}, by the identity of the machine`,
        here: `the same, by the AWS keys that secrets.sh is given: requests to them leave this machine and cost money`,
      },
    monitoring.alarms.length > 0 && {
      what: `${monitoring.alarms.length} alarms, dashboard and log group`,
      here: form.monitoring
        ? `${localAlarms(monitoring.alarms, form).length} of the alarms in Prometheus, which tells nobody, and the dashboard in Grafana; logs with docker compose logs`
        : 'none: --monitoring adds Prometheus and Grafana; logs with docker compose logs',
    },
    machine.purchase === 'spot' && { what: 'spot machine', here: 'nobody takes this machine away' },
    form.engine !== 'vllm' &&
      gateway.workers > 2 && {
        what: `${gateway.workers} gateway workers`,
        here: '2, to save memory; limits are shared all the same',
      },
  ];
  return rows.filter((row) => row !== false);
}
