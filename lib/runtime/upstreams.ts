import { fleetListenerPort } from '../plan/fleet-port';
import { isSingleServer } from '../plan/forms';
import type { ModelDecision, Plan, ScaledPlan } from '../plan/plan';
import { engineName, enginePort, engineServices, slug } from './layout';

/** An address behind the gateway that answers for one model: an engine beside it, or a fleet of them. */
export interface Upstream {
  /** Unique; in metrics and headers of the gateway. */
  id: string;
  model: ModelDecision;
  /** Part of the model's requests that it takes. */
  share: number;
  apiBase: string;
  /** Variable of the gateway's container that holds the address, which only a deployment knows. */
  variable?: { name: string; value: string };
}

/** Every address of the plan's engines, in the order of its models. */
export function upstreams(plan: Plan): Upstream[] {
  if (isSingleServer(plan)) {
    return engineServices(plan).map(({ service, model }) => ({
      id: service,
      model,
      share: 1 / model.copies,
      apiBase: `http://${service}:${enginePort}/v1`,
    }));
  }
  return (plan as ScaledPlan).decisions.models.map((model, index) => {
    const name = `ENGINES_${index}_URL`;
    return {
      id: `fleet-${slug(engineName(model))}`,
      model,
      share: 1,
      apiBase: `os.environ/${name}`,
      variable: { name, value: `http://\${LLM_ENGINES_HOST}:${fleetListenerPort(engineName(model))}/v1` },
    };
  });
}
