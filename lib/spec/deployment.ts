import * as z from 'zod/mini';
import { fieldDocs, optional, required, section } from './fields';
import { model } from './model';
import { specSchema } from './schema';

/**
 * What people write: the long form of `specSchema` plus the shorthands that `expandShorthand` removes.
 *
 * Source of the editors' JSON Schema and of the type `Deployment`; parsing never loads it.
 */

type Schema = z.core.$ZodType;
type ListField<E extends Schema> = z.ZodMiniExactOptional<z.ZodMiniArray<E>>;

const about = (schema: Schema) => fieldDocs.get(schema) ?? { description: '' };

/** One value where a list is expected. */
function oneOrList<E extends Schema>(field: ListField<E>) {
  const array = field.def.innerType;
  return optional(z.union([array, array.def.element]), about(field));
}

const long = specSchema.shape;
const networkFields = long.network.def.innerType.shape;
const existingFields = networkFields.existing.def.innerType.shape;
const notifyFields = long.monitoring.def.innerType.shape.notify.def.innerType.shape;
const emails = notifyFields.emails.def.innerType;
const budgetFields = long.budget.def.innerType._zod.innerType.shape;
const { alertAtPercent } = budgetFields;

const existing = section('ExistingNetwork', 'A network that is already there, instead of a new one.', {
  ...existingFields,
  machineSubnets: required(
    z.union([existingFields.machineSubnets, existingFields.machineSubnets.def.element]),
    about(existingFields.machineSubnets),
  ),
  balancerSubnets: oneOrList(existingFields.balancerSubnets),
  dataSubnets: oneOrList(existingFields.dataSubnets),
});

const network = section('Network', 'How clients reach the deployment, and the network it runs in.', {
  ...networkFields,
  allowedCidrs: oneOrList(networkFields.allowedCidrs),
  zones: oneOrList(networkFields.zones),
  existing: optional(existing, about(networkFields.existing)),
});

const gatewayFields = long.gateway.def.innerType.shape;
const gateway = section('Gateway', 'The OpenAI-compatible gateway; API keys are always on.', {
  ...gatewayFields,
  piiMasking: optional(
    z.union([gatewayFields.piiMasking.def.innerType, z.literal(true)]),
    about(gatewayFields.piiMasking),
  ),
});

const capacityFields = long.capacity.def.innerType.shape;
const capacity = section('Capacity', 'How machines are bought, and how many run.', {
  ...capacityFields,
  reservations: oneOrList(capacityFields.reservations),
  schedule: oneOrList(capacityFields.schedule),
});

const modelCapacityFields = model.shape.capacity.def.innerType.shape;
const modelCapacity = section('ModelCapacity', 'As the top-level `capacity`, for this model.', {
  ...modelCapacityFields,
  reservations: oneOrList(modelCapacityFields.reservations),
  schedule: oneOrList(modelCapacityFields.schedule),
});

const rolloutFields = long.rollout.def.innerType._zod.innerType.shape;
const rollout = section('Rollout', 'How machines change when the spec changes.', {
  ...rolloutFields,
  canarySteps: oneOrList(rolloutFields.canarySteps),
  abortOn: oneOrList(rolloutFields.abortOn),
});

const modelInput = section('Model', 'A model and how it is served.', {
  ...model.shape,
  name: optional(model.shape.name.clone(), {
    ...about(model.shape.name),
    computedDefault:
      'last part of `source`, in lower case, other characters become `-`: `Qwen/Qwen3-8B` is `qwen3-8b`',
  }),
  geometry: optional(
    z.union([model.shape.geometry.def.innerType, z.string().check(z.minLength(1))]),
    about(model.shape.geometry),
  ),
  gpu: oneOrList(model.shape.gpu),
  fallbacks: oneOrList(model.shape.fallbacks),
  instanceType: oneOrList(model.shape.instanceType),
  capacity: optional(modelCapacity, about(model.shape.capacity)),
});

const notify = section('Notify', 'Who gets alarms and budget alerts.', {
  emails: optional(z.union([emails, emails.def.element]), about(notifyFields.emails)),
});

const monitoring = section('Monitoring', 'Alarms, dashboard and logs.', {
  ...long.monitoring.def.innerType.shape,
  notify: optional(z.union([notify, emails, emails.def.element]), {
    description: 'Who gets alarms and budget alerts; an address or a list is short for `emails`.',
  }),
});

const budget = section('Budget', 'Money alerts on the spend of this deployment.', {
  ...budgetFields,
  alertAtPercent: optional(
    z.union([alertAtPercent.def.innerType, alertAtPercent.def.innerType.def.element]),
    about(alertAtPercent),
  ),
});

const securityFields = long.security.def.innerType.shape;
const { compliance } = securityFields;
const security = section('Security', 'Laws, encryption and the web firewall.', {
  ...securityFields,
  compliance: optional(
    z.union([compliance.def.innerType, compliance.def.innerType.def.element]),
    about(compliance),
  ),
});

const databaseFields = long.database.def.innerType._zod.innerType.shape;
const database = section('Database', 'Postgres for keys, budgets and the spend log.', {
  ...databaseFields,
  allowedCidrs: oneOrList(databaseFields.allowedCidrs),
});
const cache = long.cache.def.innerType._zod.innerType;
const aModel = z.union([modelInput, model.shape.source.def.innerType]);

export const deploymentSchema = section('Deployment', 'One LLM deployment.', {
  ...specSchema.shape,
  region: optional(long.regions.def.items[0], {
    description: "Where it runs, by the cloud's own name: `us-east-1`. Or `regions`, a list of one.",
  }),
  regions: optional(
    z.union([z.array(long.regions.def.items[0]), long.regions.def.items[0]]),
    about(long.regions),
  ),
  network: optional(network, about(long.network)),
  models: required(z.union([z.array(aModel), aModel]), {
    description: 'The models that are served; a hub id alone is short for `source`.',
  }),
  capacity: optional(capacity, about(long.capacity)),
  gateway: optional(gateway, about(long.gateway)),
  database: optional(z.union([database, database.shape.postgres.def.innerType]), about(long.database)),
  cache: optional(z.union([cache, cache.shape.valkey.def.innerType]), about(long.cache)),
  monitoring: optional(monitoring, about(long.monitoring)),
  budget: optional(budget, about(long.budget)),
  security: optional(security, about(long.security)),
  rollout: optional(rollout, about(long.rollout)),
});
