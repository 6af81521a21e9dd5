import { describe, expect, it } from 'vitest';
import { findGpu, gpus } from '../../lib/catalog/gpus';

describe('gpus', () => {
  it('knows what an L4 and an H100 are', () => {
    expect(findGpu('L4')).toMatchObject({ memoryGiB: 24, visibleMiB: 23034, bandwidthGBps: 300, fp8: true });
    expect(findGpu('H100-80GB')).toMatchObject({ bf16Tflops: 989, fp8Tflops: 1978, nvlinkGBps: 450 });
  });

  it.each([
    ['h100', 'H100-80GB'],
    ['H100 80GB', 'H100-80GB'],
    ['nvidia-h100-80gb', 'H100-80GB'],
    ['A100', 'A100-80GB'],
    ['a100 40 GB', 'A100-40GB'],
    ['A100-40GiB', 'A100-40GB'],
    ['A100-PCIe', 'A100-80GB-PCIe'],
    ['h200', 'H200-141GB'],
    ['h100 nvl', 'H100-NVL-94GB'],
    ['tesla t4', 'T4'],
    ['RTX PRO 6000', 'RTX-PRO-6000'],
    ['L4 24GB', 'L4'],
    ['L40S 48GB', 'L40S'],
    ['A10 24GB', 'A10'],
    ['A10G 24GB', 'A10G'],
    ['T4 16GB', 'T4'],
    ['B200 180GB', 'B200'],
    ['B200 192 GB', 'B200'],
    ['RTX PRO 6000 96GB', 'RTX-PRO-6000'],
    ['RTX PRO 6000 Blackwell Server 96GB', 'RTX-PRO-6000'],
    ['H100 80GB SXM', 'H100-80GB'],
    ['NVIDIA H100 80GB SXM5', 'H100-80GB'],
    ['H100 94GB', 'H100-NVL-94GB'],
    ['A100 40GB SXM', 'A100-40GB'],
    ['A100 80GB PCIe', 'A100-80GB-PCIe'],
  ])('takes %s for %s', (written, name) => {
    expect(findGpu(written)?.name).toBe(name);
  });

  it.each(['', 'H', '100', 'MI300X', 'A1000', 'L4 48GB', 'A100 60GB', 'H100 80GB PCIe', 'T4 SXM', 'L4 NVL'])(
    'does not know %o',
    (written) => {
      expect(findGpu(written)).toBeUndefined();
    },
  );

  it('has figures in ranges that hardware of today has', () => {
    for (const gpu of gpus()) {
      expect(gpu.memoryGiB, gpu.name).toBeGreaterThanOrEqual(16);
      expect(gpu.visibleMiB, gpu.name).toBeGreaterThan(gpu.memoryGiB * 1024 * 0.93);
      expect(gpu.visibleMiB, gpu.name).toBeLessThanOrEqual(gpu.memoryGiB * 1024 + 1024);
      expect(gpu.bandwidthGBps, gpu.name).toBeGreaterThanOrEqual(300);
      expect(gpu.bandwidthGBps, gpu.name).toBeLessThanOrEqual(8000);
      expect(gpu.bf16Tflops, gpu.name).toBeGreaterThanOrEqual(65);
      expect(gpu.bf16Tflops, gpu.name).toBeLessThanOrEqual(2500);
      expect(gpu.computeCapability, gpu.name).toBeGreaterThanOrEqual(7.5);
      if (gpu.nvlinkGBps !== null) expect(gpu.nvlink, gpu.name).toBe(true);
    }
  });

  it('has FP8 figures exactly for GPUs with FP8 units, which came with compute capability 8.9', () => {
    for (const gpu of gpus()) {
      expect(gpu.fp8, gpu.name).toBe(gpu.computeCapability >= 8.9);
      expect(gpu.fp8Tflops !== null, gpu.name).toBe(gpu.fp8);
      expect(gpu.bf16, gpu.name).toBe(gpu.computeCapability >= 8);
    }
  });
});
