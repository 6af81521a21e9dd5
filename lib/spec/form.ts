import { peakPerSecond } from './peak';
import { hasOwnLoad, loadFields, loadShares } from './shares';
import type { Spec } from './types';
import { isManaged } from './variants';

export type Form = 'single-server' | 'scaled';

/** Above this peak one machine is a risk rather than a saving: 200 people at a chat's pace. */
export const singleServerRequestsPerSecond = 200 / 60;
/** From this share on nothing may be alone. */
export const redundantAvailabilityPercent = 99.9;

/** Sections that decide the form. */
export const formSections = ['architecture', 'models', 'traffic', 'batch', 'reliability'] as const;
export type FormSpec = Pick<Spec, (typeof formSections)[number]>;

export type FormReason = 'written' | 'load' | 'availability' | 'managed-only' | 'batch-only';

/** The architecture that is written, or the one that load, availability and models ask for, and what decided. */
export function formOf(spec: FormSpec): { form: Form; by: FormReason } {
  if (spec.architecture !== undefined) return { form: spec.architecture, by: 'written' };
  if (spec.models.every(isManaged)) return { form: 'scaled', by: 'managed-only' };
  if (isBatchOnly(spec)) return { form: 'scaled', by: 'batch-only' };
  const { availabilityPercent } = spec.reliability;
  if (availabilityPercent !== undefined && availabilityPercent >= redundantAvailabilityPercent) {
    return { form: 'scaled', by: 'availability' };
  }
  // the same figure computed in another order may differ in its last digit
  const within = ownPeakPerSecond(spec) <= singleServerRequestsPerSecond * (1 + 1e-9);
  return { form: within ? 'single-server' : 'scaled', by: 'load' };
}

/** Files of requests, and nobody who asks at once. */
export function isBatchOnly({
  batch,
  models,
  traffic,
}: Pick<FormSpec, 'batch' | 'models' | 'traffic'>): boolean {
  return (
    batch !== undefined &&
    !models.some(hasOwnLoad) &&
    loadFields.every((field) => traffic[field] === undefined)
  );
}

/** Requests a second at peak of the models that run on machines of ours. */
function ownPeakPerSecond({ models, traffic }: FormSpec): number {
  const shares = loadShares(models);
  return models.reduce((sum, model, index) => {
    if (isManaged(model)) return sum;
    if (!hasOwnLoad(model)) return sum + (peakPerSecond(traffic) * (shares[index] as number)) / 100;
    const { slo: _, ...own } = model.traffic ?? {};
    const rest = Object.fromEntries(
      Object.entries(traffic).filter(([field]) => !loadFields.some((load) => load === field)),
    ) as Spec['traffic'];
    return sum + peakPerSecond({ ...rest, ...own });
  }, 0);
}
