import type { Model } from './models';

export function variantOf(_hubId: string, _models: readonly Model[]): Model | undefined {
  return undefined;
}
