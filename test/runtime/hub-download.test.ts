import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examplePlan } from './example-plan';
import { canRunPrograms, Sandbox } from './sandbox';

describe.skipIf(!canRunPrograms)('download from the hub', () => {
  let machine: Sandbox;
  beforeEach(() => {
    machine = new Sandbox(examplePlan());
  });
  afterEach(() => machine.remove());

  /** Names that the download would take of those in the repository. */
  async function taken(names: string[]): Promise<string[]> {
    machine.write('/import/.cache', '');
    machine.write(
      '/opt/llm/bundle/huggingface_hub.py',
      `import fnmatch
import types
class HfApi:
    def model_info(self, source, revision):
        assert (source, revision) == ('a/model', 'main')
        return types.SimpleNamespace(sha='abc')
    def list_repo_files(self, source, revision):
        assert (source, revision) == ('a/model', 'abc')
        return ${JSON.stringify(names)}
def snapshot_download(source, revision, local_dir, ignore_patterns, max_workers):
    assert (source, revision, local_dir) == ('a/model', 'abc', '${machine.path('/import')}')
    for name in ${JSON.stringify(names)}:
        if not any(fnmatch.fnmatch(name, one) for one in ignore_patterns):
            print('takes ' + name)
`,
    );
    const { status, stdout, stderr } = await machine.run(
      'python3',
      machine.program('hub_download.py'),
      'a/model',
      'main',
      machine.path('/import'),
    );
    expect([status, stderr]).toEqual([0, '']);
    return [...stdout.matchAll(/^takes (.*)$/gm)].map(([, name]) => name as string);
  }

  it('takes the weights once, in the form that the engine reads', async () => {
    const wanted = [
      'config.json',
      'model-00001-of-00002.safetensors',
      'tokenizer.model',
      'chat_template.jinja',
    ];
    const unread = [
      'pytorch_model.bin',
      'consolidated.safetensors',
      'original/consolidated.00.pth',
      'onnx/model.onnx',
      'model.gguf',
    ];
    expect(await taken([...wanted, ...unread])).toEqual(wanted);
  });

  it('takes all files of one commit, though a branch moves on, and leaves its name', async () => {
    await taken(['config.json', 'model.safetensors']);
    expect(machine.read('/import/.commit')).toBe('abc');
  });

  it('takes older weights where there are no others', async () => {
    expect(await taken(['config.json', 'pytorch_model.bin', 'flax_model.msgpack'])).toEqual([
      'config.json',
      'pytorch_model.bin',
    ]);
  });

  it('takes consolidated weights where there are no others', async () => {
    expect(await taken(['params.json', 'consolidated.safetensors'])).toEqual([
      'params.json',
      'consolidated.safetensors',
    ]);
  });
});
