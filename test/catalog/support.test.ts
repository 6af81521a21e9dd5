import { describe, expect, it } from 'vitest';
import { gpus } from '../../lib/catalog/gpus';
import { gpuMachines } from '../../lib/catalog/machines';
import {
  notBuiltCount,
  notBuiltField,
  notBuiltSources,
  notBuiltValue,
  supportRows,
  unsupportedGpu,
  unsupportedMachine,
} from '../../lib/catalog/support';
import { refusedHardware } from '../../lib/catalog/support-hardware';

const single = { cloud: 'aws', architecture: 'single-server' } as const;

describe('support rows', () => {
  it('have names of their own and reasons that say what to do', () => {
    const ids = supportRows().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, reason } of supportRows()) {
      expect(reason.length, id).toBeGreaterThan(30);
      expect(reason, id).not.toMatch(/\.$|TODO|undefined/);
      expect(reason, id).toMatch(/[:;,]/);
    }
  });

  it('are each reached by what they refuse', () => {
    for (const row of supportRows()) {
      const { path = '', values, moreThan, everySource, hardware } = row.where;
      const concrete = path.replaceAll('[]', '[3]');
      const { cloud, architecture } = row.where;
      const context = { ...single, ...(cloud && { cloud }), ...(architecture && { architecture }) };
      if (hardware !== undefined) {
        const names = refusedHardware.find(({ id }) => id === row.id)?.machines ?? [];
        expect(
          names.map((name) => unsupportedGpu(`${name}large`)?.id),
          row.id,
        ).toEqual(names.map(() => row.id));
      } else if (values) {
        const found = values.map((value) => notBuiltValue(concrete, value.replaceAll('*', 'x'), context)?.id);
        expect(found, row.id).toEqual(values.map(() => row.id));
      } else if (everySource) {
        const sources = everySource.map((pattern) => pattern.replace('*', 'x'));
        expect(notBuiltSources(path, sources, context)?.id).toBe(row.id);
        expect(notBuiltSources(path, [...sources, 'Qwen/Qwen3-8B'], context)).toBeUndefined();
      } else if (moreThan !== undefined) {
        expect(notBuiltCount(path, moreThan + 1, context)?.id).toBe(row.id);
        expect(notBuiltCount(path, moreThan, context)).toBeUndefined();
      } else {
        expect(notBuiltField(concrete, context)?.id).toBe(row.id);
      }
    }
  });

  it.each([
    ['batch.startAt', 'cannot'],
    ['models[0].replicas', 'cannot'],
    ['models[0].capacity.purchase', 'cannot'],
    ['capacity.schedule[0]', 'cannot'],
    ['gateway.responseCache.embeddingModel', 'cannot'],
    ['monitoring.thresholds.cost-per-hour', 'cannot'],
    ['monitoring.notify.webhookSecret', 'not-built-yet'],
  ])('refuse %s', (path, kind) => {
    expect(notBuiltField(path, single)?.kind).toBe(kind);
  });

  it.each([
    'models',
    'models[0].source',
    'capacity',
    'capacity.purchase',
    'gateway.responseCache',
    'batches',
  ])('leave %s alone', (path) => {
    expect(notBuiltField(path, single)).toBeUndefined();
  });

  it.each([
    ['cloud', 'azure'],
    ['architecture', 'multi-region'],
    ['models[0].engine', 'sglang'],
    ['models[0].source', 'vertex-ai:gemini-2.5-flash'],
    ['models[0].source', 'gs://bucket/path'],
    ['models[0].quantization', 'Q4_K_M'],
    ['models[0].gpu[0]', 'none'],
    ['database.postgres', 'none'],
    ['capacity.purchase', 'mixed'],
  ])('refuse %s: %s', (path, value) => {
    expect(notBuiltValue(path, value, single)?.reason).toBeTypeOf('string');
  });

  it.each([
    ['cloud', 'aws'],
    ['models[0].engine', 'vllm'],
    ['models[0].source', 'Qwen/Qwen3-8B'],
    ['models[0].source', 's3://bucket/path'],
    ['models[0].quantization', 'fp8'],
    ['models[0].quantization', 'none'],
    ['cache.valkey', 'none'],
    ['models[0].source', 42],
    ['models[0].source', null],
  ])('leave %s: %o alone', (path, value) => {
    expect(notBuiltValue(path, value, single)).toBeUndefined();
  });

  it.each([
    'models[0].replicas',
    'models[0].capacity.purchase',
    'capacity.schedule[0]',
    'rollout',
    'timeZone',
  ])('leave %s to a fleet', (path) => {
    expect(notBuiltField(path, { cloud: 'aws', architecture: 'scaled' })).toBeUndefined();
  });

  it.each(['modelStore.diskGiB', 'reliability.recoveryPointMinutes', 'images.database'])(
    'refuse %s to a fleet, which has no data disk',
    (path) => {
      expect(notBuiltField(path, { cloud: 'aws', architecture: 'scaled' })?.kind).toBe('cannot');
      expect(notBuiltField(path, single)).toBeUndefined();
    },
  );

  it('apply to the cloud that they name', () => {
    expect(notBuiltValue('models[0].source', 'gs://bucket/path', { cloud: 'gcp' })).toBeUndefined();
  });
});

describe('refused hardware', () => {
  it.each([
    ['MI300X', 'amd-gpus'],
    ['AMD Instinct MI300X', 'amd-gpus'],
    ['trainium2', 'aws-trainium'],
    ['inf2.xlarge', 'aws-inferentia'],
    ['tpu v6e', 'google-tpus'],
    ['NVIDIA Tesla V100', 'old-gpus'],
    ['p3.2xlarge', 'old-gpus'],
    ['g5g.xlarge', 'arm-hosts'],
    ['GB200', 'arm-hosts'],
    ['Standard_NV6ads_A10_v5', 'fractional-gpus'],
  ])('%s is refused by %s', (name, id) => {
    expect(unsupportedGpu(name)?.id).toBe(id);
  });

  it.each(['', 'L4', 'p4d.24xlarge', 'p5.48xlarge', 'g5.xlarge', 'g6.xlarge', 'a2-highgpu-1g', 'H9000'])(
    '%o is not refused here',
    (name) => {
      expect(unsupportedGpu(name)).toBeUndefined();
    },
  );

  it('is no GPU of the table but the one that only ARM machines have', () => {
    const refused = gpus().filter((gpu) => unsupportedGpu(gpu.name));
    expect(refused.map((gpu) => gpu.name)).toEqual(['GB200']);
  });

  it('covers the machines of the catalogue with ARM processors or a part of a GPU', () => {
    const machines = gpuMachines('azure', 'southcentralus');
    const refused = machines.filter((machine) => unsupportedMachine(machine));
    expect(refused.map((machine) => machine.instanceType)).toEqual([
      'Standard_NV12ads_A10_v5',
      'Standard_NV18ads_A10_v5',
      'Standard_NV6ads_A10_v5',
    ]);
    for (const machine of refused) {
      expect(unsupportedGpu(machine.instanceType)?.id).toBe(unsupportedMachine(machine)?.id);
    }
    expect(unsupportedMachine({ arch: 'arm64', gpuCount: 4 })?.id).toBe('arm-hosts');
  });
});
