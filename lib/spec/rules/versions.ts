import { findModel } from '../../catalog/models';
import { taskOf } from '../task';
import { type Finding, finding, rule } from './rule';

export const sourceOrVersions = rule('source-or-versions', ['models'], ({ models }) =>
  models.flatMap(({ source, revision, versions }, index): Finding[] => {
    const at = ['models', index];
    if (versions === undefined) {
      return source === undefined
        ? [
            finding(
              [...at, 'source'],
              'is missing: write a hub id such as `Qwen/Qwen3-8B`, `s3://bucket/path`, or `versions`',
            ),
          ]
        : [];
    }
    const found: Finding[] = [];
    if (source !== undefined) {
      found.push(finding([...at, 'source'], 'stands beside `versions`, which have their own: keep one'));
    }
    if (revision !== undefined) {
      found.push(
        finding([...at, 'revision'], 'stands beside `versions`, which have their own: move it there'),
      );
    }
    const sum = versions.reduce((total, { weightPercent }) => total + weightPercent, 0);
    if (Math.abs(sum - 100) > 0.001) {
      found.push(
        finding(
          [...at, 'versions'],
          `the weights add up to ${Number(sum.toFixed(2))}, must be 100: change one`,
        ),
      );
    }
    for (const [position, version] of versions.entries()) {
      if (version.source.startsWith('s3://') && version.revision !== undefined) {
        found.push(
          finding(
            [...at, 'versions', position, 'revision'],
            'a bucket has no revisions, name the folder of the one you want',
          ),
        );
      }
    }
    return found;
  }),
);

/** What the engine does beside the model itself, and for which models. */
export const engineExtras = rule('engine-scope', ['models'], ({ models }) =>
  models.flatMap((model, index): Finding[] => {
    const at = ['models', index];
    const found: Finding[] = [];
    const embeds = taskOf(model) === 'embedding';
    if (model.draftModel !== undefined && embeds) {
      found.push(
        finding(
          [...at, 'draftModel'],
          'has no meaning for an embedding model, which writes no tokens: remove it',
        ),
      );
    }
    if (model.adapters === undefined) return found;
    const adapters = [...at, 'adapters'];
    if (embeds) {
      found.push(
        finding(adapters, 'adapters of embedding models are not built: merge the adapter into the weights'),
      );
    }
    const source = model.source ?? model.versions?.[0]?.source ?? '';
    const shape =
      findModel(source) ?? (model.baseModel === undefined ? undefined : findModel(model.baseModel));
    if ((model.geometry?.experts ?? shape?.experts ?? 0) > 0) {
      found.push(
        finding(
          adapters,
          'the memory of adapters of a mixture of experts is not modelled: merge the adapter into the weights',
        ),
      );
    }
    if (model.versions !== undefined) {
      found.push(
        finding(
          adapters,
          'stands beside `versions`, and an adapter belongs to one set of weights: serve it with a model of one source',
        ),
      );
    }
    for (const [position, adapter] of model.adapters.entries()) {
      if (adapter.source.startsWith('s3://') && adapter.revision !== undefined) {
        found.push(
          finding(
            [...adapters, position, 'revision'],
            'a bucket has no revisions, name the folder of the one you want',
          ),
        );
      }
    }
    return found;
  }),
);
