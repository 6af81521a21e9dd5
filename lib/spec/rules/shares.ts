import { fallbackNames, hasOwnLoad, loadShares } from '../shares';
import { taskOf } from '../task';
import { type Finding, finding, rule } from './rule';

/** How several models share the load. */
export const shares = rule('shares', ['models', 'gateway'], ({ models, gateway }) => {
  const spare = fallbackNames(models);
  const found = models.flatMap((model, index): Finding[] => {
    const at = ['models', index, 'traffic'];
    const share = model.traffic?.sharePercent;
    if (share !== undefined && hasOwnLoad(model)) {
      return [
        finding([...at, 'sharePercent'], 'is a share, and beside it stands a load of its own: keep one'),
      ];
    }
    const embedding = taskOf(model) === 'embedding';
    if (embedding && models.length > 1 && !hasOwnLoad(model) && !spare.has(model.name)) {
      return [
        finding(
          at,
          `${model.name} embeds, which is another load than that of the models beside it: write its own, such as \`{requestsPerSecond: 2}\``,
        ),
      ];
    }
    const slo = model.traffic?.slo?.interTokenMs;
    if (embedding && slo !== undefined) {
      return [
        finding(
          [...at, 'slo', 'interTokenMs'],
          'has no meaning for an embedding model, which answers at once: remove it, `ttftMs` limits the whole answer',
        ),
      ];
    }
    return [];
  });
  const sum = models.reduce((total, { traffic }) => total + (traffic?.sharePercent ?? 0), 0);
  const last = models.findLastIndex(({ traffic }) => traffic?.sharePercent !== undefined);
  if (sum > 100.001) {
    found.push(
      finding(
        ['models', last, 'traffic', 'sharePercent'],
        `the shares add up to ${Number(sum.toFixed(2))} %, the limit is 100: lower one`,
      ),
    );
  }
  const parts = loadShares(models);
  for (const field of ['simple', 'complex'] as const) {
    const target = models.findIndex(({ name }) => name === gateway.autoRouter?.[field]);
    const model = models[target];
    if (model === undefined || hasOwnLoad(model) || parts[target] !== 0) continue;
    found.push({
      at: ['gateway', 'autoRouter', field],
      message: `no load is planned for ${model.name}, a fallback, and the router sends it requests: write its \`traffic\``,
      warning: true,
    });
  }
  return found;
});
