import { batchFleet, batchModel } from '../batch-form';
import { formOf, formSections, isBatchOnly } from '../form';
import { taskOf } from '../task';
import { isManaged } from '../variants';
import { code, shown } from '../words';
import { type Finding, finding, rule } from './rule';

/** Who answers is one of the models. */
export const batchAnswers = rule('known-model-name', ['batch', 'models'], ({ batch, models }) => {
  if (batch === undefined || batchModel({ models }, batch) !== undefined) return [];
  const names = code(models.map(({ name }) => name)).join(', ');
  return [
    batch.model === undefined
      ? finding(
          ['batch'],
          `\`model\` is missing: of several models (${names}) one answers the lines, write its name`,
        )
      : finding(
          ['batch', 'model'],
          `names the model ${shown(batch.model)}; the models are ${names}: write one of them`,
        ),
  ];
});

/** Files without anyone who asks at once. */
export const batchAlone = rule('batch-scope', ['batch', 'models', 'traffic'], (spec) =>
  isBatchOnly(spec)
    ? [
        finding(
          ['batch'],
          'stands without `traffic`: machines for files alone, without gateway, balancer and database, are not built yet. Write the load of your tests too, such as `traffic: {requestsPerMonth: 1000}`; with `architecture: scaled` files have machines of their own',
        ),
      ]
    : [],
);

/** Which machines can answer. */
export const batchScope = rule('batch-scope', ['batch', ...formSections], (spec) => {
  const { batch } = spec;
  const model = batch && batchModel(spec, batch);
  if (batch?.fleet === undefined || model === undefined) return [];
  const at = ['batch', 'fleet'];
  const { form } = formOf(spec);
  if (batch.fleet === 'dedicated') {
    if (form === 'single-server') {
      return [
        finding(
          at,
          'got `dedicated`, and a single server has one machine: leave it out, or write `architecture: scaled`',
        ),
      ];
    }
    if (isManaged(model)) {
      return [
        finding(
          at,
          `got \`dedicated\`, and ${model.name} is run by the cloud, so there is no machine to dedicate: leave it out`,
        ),
      ];
    }
    return [];
  }
  return form === 'scaled' && !isManaged(model)
    ? [
        finding(
          at,
          'got `shared`, and the gateways of a fleet are not told how busy its machines are, so files would take the room of users: leave it out, which gives files machines that come and go with the queue',
        ),
      ]
    : [];
});

/** Name of the machines of files, in their metrics and their bill. */
export const batchFleetName = 'batch';

export const batchName = rule('unique-names', ['batch', ...formSections], (spec) => {
  const { batch, models } = spec;
  const index = models.findIndex(({ name }) => name === batchFleetName);
  if (batch === undefined || index === -1 || batchFleet(spec, batch) !== 'dedicated') return [];
  const message = '"batch" is the name of the machines that answer files: choose another';
  return [finding(['models', index, 'name'], message)];
});

/** A machine of its own serves one engine. */
export const batchVersions = rule('batch-scope', ['batch', ...formSections], (spec) => {
  const model = spec.batch && batchModel(spec, spec.batch);
  if (spec.batch === undefined || batchFleet(spec, spec.batch) !== 'dedicated') return [];
  if (model?.versions === undefined) return [];
  return [
    finding(
      ['batch', spec.batch.model === undefined ? 'fleet' : 'model'],
      `${model.name} has ${model.versions.length} versions, and a file is answered by one: add a model with the \`source\` of the version that answers files, and name it here`,
    ),
  ];
});

/** Machines of files have no gateway, so what it does to prompts and answers would not be done. */
export const batchPastGateway = rule('batch-scope', ['batch', 'gateway', ...formSections], (spec) => {
  const { batch, gateway } = spec;
  if (batch === undefined || batchFleet(spec, batch) !== 'dedicated') return [];
  const found: Finding[] = [];
  const add = (field: 'guardrail' | 'piiMasking', what: string) =>
    found.push(
      finding(
        ['batch'],
        `lines are sent from their own machines straight to the engine, past \`gateway.${field}\`: ${what} before they are put, in a deployment of their own without it`,
      ),
    );
  if (gateway.guardrail) add('guardrail', 'filter files');
  if (gateway.piiMasking !== undefined) add('piiMasking', 'mask files');
  return found;
});

export const batchExtras = rule('unused-field', ['batch', ...formSections], (spec, written) => {
  const { batch } = spec;
  if (batch === undefined) return [];
  const found: Finding[] = [];
  const add = (field: string, message: string) => found.push(finding(['batch', field], message));
  const model = batchModel(spec, batch);
  if (batchFleet(spec, batch) === 'shared') {
    const why = 'has no meaning with `fleet: shared`, which works whenever users leave room';
    if (batch.startAt !== undefined) add('startAt', `${why}: put the files when work may begin`);
    if (written('batch', 'purchase')) add('purchase', `${why}, on machines that are there anyway: remove it`);
  }
  if (batch.startAt !== undefined && batch.deadlineHours >= 24) {
    add(
      'startAt',
      `has no meaning with \`deadlineHours: ${batch.deadlineHours}\`, which lasts into the next day: write less than 24, or remove it`,
    );
  }
  if (model !== undefined && (batch.outputTokens ?? 0) > 0 && taskOf(model) === 'embedding') {
    add('outputTokens', `has no meaning for ${model.name}, which answers with an embedding: remove it`);
  }
  if (batch.inputBucket !== undefined && batch.inputBucket === batch.outputBucket) {
    add('outputBucket', 'is `inputBucket` too, where each answer would be a new job: name another bucket');
  }
  return found;
});
