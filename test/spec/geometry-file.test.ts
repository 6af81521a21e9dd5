import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDeployment, parseSpec } from '../../lib/spec/parse';
import { issuesOf, smallest } from './problems';

const config = {
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 128256,
};

const deployment = (path: string) => ({ ...smallest, models: [{ source: 'acme/wonder', geometry: path }] });

/** Reads `deployment` with one file on the disk. */
function reading(files: Record<string, string>, path = 'config.json', file = 'specs/llm.yaml') {
  const readFile = (name: string) => {
    const text = files[name];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  return parseSpec(JSON.stringify(deployment(path)), { file, readFile });
}

const message = (parse: () => unknown) => issuesOf(parse).map((issue) => `${issue.path}: ${issue.message}`);

describe('a geometry given as a file', () => {
  it('is read beside the spec, in the words of the spec', () => {
    const { spec } = reading({ [resolve('specs/config.json')]: JSON.stringify(config) });
    expect(spec.models[0].geometry).toEqual({
      parametersBillion: 8.03,
      activeParametersBillion: 8.03,
      layers: 32,
      hiddenSize: 4096,
      attentionHeads: 32,
      kvHeads: 8,
      headDim: 128,
      maxContext: 131072,
      attention: 'gqa',
      fullAttentionLayers: 32,
      dtype: 'bf16',
      weightsGib: 14.957,
      vocabSize: 128256,
      mlpWidth: 14336,
    });
  });

  it('takes an absolute path as it is', () => {
    const path = resolve('/models/wonder/config.json');
    expect(reading({ [path]: JSON.stringify(config) }, path).spec.models[0].geometry?.layers).toBe(32);
  });

  it('of an object is read from the current folder', () => {
    const readFile = (path: string) => (path === resolve('config.json') ? JSON.stringify(config) : '');
    expect(parseDeployment(deployment('config.json'), { readFile }).spec.models[0].geometry?.kvHeads).toBe(8);
  });

  it('that is not there is told', () => {
    expect(message(() => reading({}))).toEqual([
      'models[0].geometry: "config.json" cannot be read (there is no such file): name the config.json of the model\'s folder, or write the values here',
    ]);
  });

  it('that is no JSON, too long or without layers is told', () => {
    const path = resolve('specs/config.json');
    expect(message(() => reading({ [path]: 'layers: 3' }))).toEqual([
      'models[0].geometry: "config.json" is not JSON: name the config.json of the model\'s folder, or write the values here',
    ]);
    expect(message(() => reading({ [path]: ' '.repeat(2 ** 20 + 1) }))).toEqual([
      'models[0].geometry: "config.json" has 1048577 characters, a config.json has a few thousand: name the config.json of the model\'s folder, or write the values here',
    ]);
    const [found] = message(() => reading({ [path]: '{"model_type": "llama"}' }));
    expect(found).toContain('models[0].geometry: config.json: `num_hidden_layers` is missing');
  });

  it('that does not exist on the disk stops no other message', () => {
    const spec = {
      ...deployment('no-such-folder/config.json'),
      region: 'mars-north',
      gateway: { retries: 9 },
    };
    expect(issuesOf(() => parseDeployment(spec)).map((issue) => issue.path)).toEqual([
      'models[0].geometry',
      'gateway.retries',
      'region',
    ]);
  });
});
