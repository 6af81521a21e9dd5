import { bedrockAccess, profilePrefix } from '../../catalog/bedrock';
import { managedProviders } from '../../catalog/managed-models';
import { findRegion } from '../../catalog/regions';
import { isManaged, managedId } from '../variants';
import { shown } from '../words';
import { type Finding, finding, rule } from './rule';

/** Fields of machines, weights and engines; the cloud that runs the model decides them. */
const ofOwnModels = [
  'revision',
  'baseModel',
  'geometry',
  'engine',
  'quantization',
  'kvCacheDtype',
  'gpu',
  'instanceType',
  'tensorParallel',
  'replicas',
  'capacity',
  'prefixCaching',
  'adapters',
  'draftModel',
  'versions',
  'engineArgs',
] as const;

export const managedModel = rule('managed-model', ['cloud', 'regions', 'models'], (spec, written) => {
  const region = findRegion(spec.cloud, spec.regions[0]);
  return spec.models.flatMap((model, index): Finding[] => {
    if (!isManaged(model)) return [];
    const at = ['models', index];
    const found: Finding[] = ofOwnModels
      .filter((field) => written('models', index, field))
      .map((field) =>
        finding([...at, field], `has no meaning for ${model.source}, which the cloud runs: remove it`),
      );
    if (written('models', index, 'traffic', 'slo')) {
      found.push(
        finding(
          [...at, 'traffic', 'slo'],
          `has no meaning for ${model.source}: the cloud decides how fast it answers, remove it`,
        ),
      );
    }
    const id = managedId(model);
    const source = [...at, 'source'];
    if (profilePrefix.test(id)) {
      const bare = id.replace(profilePrefix, '');
      return [
        ...found,
        finding(
          source,
          `${shown(id)} is the id of an inference profile, which follows from the region: write \`bedrock:${bare}\``,
        ),
      ];
    }
    if (spec.cloud !== managedProviders.bedrock) {
      return [...found, finding(source, 'is a model of AWS: a machine elsewhere has no identity there')];
    }
    if (region === undefined) return found;
    const access = bedrockAccess(id, region);
    return 'refused' in access ? [...found, finding(source, access.refused)] : found;
  });
});
