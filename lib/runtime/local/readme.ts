import { engineNeeds } from '../../catalog/images';
import type { ModelDecision, SingleServerPlan } from '../../plan/plan';
import { engineServices, ports } from '../layout';
import { applicationLocalPort } from './compose';
import { gpus, models } from './difference';
import { differences } from './differences';
import { type LocalForm, needsHubToken } from './form';
import { llamaNeeds } from './llama/differences';
import { monitoringPorts } from './monitoring/services';

/** `README.md` of the folder: how to start, use and end what is in it. */
export function localReadme(plan: SingleServerPlan, form: LocalForm): string {
  const { identity, models: planned } = plan.decisions;
  const first = engineServices(plan)[0]?.hostPort;
  return `# ${identity.name} on a machine of your own

Generated from the plan of ${models(plan)}; the next run of \`llm-constructs compose\` replaces every file but \`secrets/\`, \`.env\` and \`compose.override.yaml\`.

${needs(plan, form)}

\`\`\`sh
${startCommands(plan, form).join('\n')}
\`\`\`

The second command takes as long as its downloads: images${form.engine === 'vllm' && form.weights === undefined ? ` and ${weightsGiB(planned)} GiB of weights, which are kept` : ''}. The third waits until ${planned[0]?.name} answers, then prints an API key and a request that works.
The API is OpenAI's, at \`http://localhost:${ports.gateway}/v1\`, with the limits and cache of the spec. Keys are charged at the price of the planned cloud machine, so budgets end when they would end there.

## Otherwise than in the cloud

| in the cloud | here |
|---|---|
${differences(plan, form)
  .map(({ what, here }) => `| ${what} | ${here} |`)
  .join('\n')}

## Day by day

| to | type |
|---|---|
| see what runs | \`docker compose ps\` |
| read logs | \`docker compose logs --follow gateway\` |
| make another key | \`sh key.sh name-of-the-application\` |
| read the engine's metrics | \`curl ${form.engine === 'llama.cpp' ? withEngineKey : ''}http://localhost:${first}/metrics\` |
${plan.decisions.application ? applicationRows(plan.decisions.application.path) : ''}${form.monitoring ? monitoringRows : ''}| let other machines in (plain HTTP: only in a network that you trust) | \`echo LLM_LISTEN=0.0.0.0 >>.env && docker compose up --detach\` |
| take another port | \`echo LLM_PORT=8080 >>.env && docker compose up --detach\` |
| change anything else, such as the GPU of an engine | \`compose.override.yaml\`, which docker compose reads by itself |
| apply a changed spec | run \`llm-constructs compose\` again, then \`sh secrets.sh && docker compose up --detach --remove-orphans\` |
| stop; keys and weights stay | \`docker compose down\` |
| remove everything, keys and weights too | \`docker compose down --volumes\` |

\`secrets/operator_key\` is the operator's key: it may do everything and has no limit. Give applications keys of \`key.sh\`.
`;
}

const applicationRows = (
  path: string,
) => `| open your own container | http://localhost:${applicationLocalPort}${path} (another port: \`echo LLM_APPLICATION_PORT=8081 >>.env\`) |
`;

/** llama.cpp shows its metrics to nobody else. */
const withEngineKey = '-H "authorization: Bearer $(cat secrets/engine_key)" ';

const monitoringRows = `| look at load, latency and alerts | http://localhost:${monitoringPorts.grafana} (Grafana, nobody logs in) |
| ask Prometheus itself | http://localhost:${monitoringPorts.prometheus} |
| take other ports for them | \`echo LLM_GRAFANA_PORT=3001 >>.env\`, \`echo LLM_PROMETHEUS_PORT=9091 >>.env\`, then \`docker compose up --detach\` |
`;

/** What a user types in the folder, in this order. */
export function startCommands(plan: SingleServerPlan, form: LocalForm): string[] {
  const token = needsHubToken(plan, form) ? 'HF_TOKEN=hf_... ' : '';
  const cloud = form.engine !== 'simulated' && plan.decisions.managedModels.length > 0;
  const keys = cloud ? 'AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... ' : '';
  return [`${token}${keys}sh secrets.sh`, 'docker compose up --detach', 'sh key.sh'];
}

function needs(plan: SingleServerPlan, form: LocalForm): string {
  if (form.engine === 'simulated') {
    return 'Needs docker with compose, no GPU. The engine is simulated: no model runs, and each answer says so.';
  }
  if (form.engine === 'llama.cpp') return llamaNeeds(plan, form);
  return `Needs Linux, docker with compose, ${gpus(plan)}, NVIDIA driver ${engineNeeds.driver} or newer and the NVIDIA container toolkit. Engine flags were planned for this GPU: on another one, plan with \`models[].gpu\` first.`;
}

const weightsGiB = (planned: ModelDecision[]) =>
  Math.ceil(planned.reduce((sum, model) => sum + model.weightsGiB, 0));
