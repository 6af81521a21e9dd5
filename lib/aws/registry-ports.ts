import type { ImagesDecision } from '../plan/plan';

/** Ports, other than that of HTTPS, from which images are pulled: `registry.example.com:5000/llm/engine:1.0` gives 5000. */
export function registryPorts({ because: _, ...images }: ImagesDecision): number[] {
  const ports = Object.values(images).flatMap((reference) => {
    const port = /^[^/]+:(\d+)\//.exec(reference)?.[1];
    return port === undefined || port === '443' ? [] : [Number(port)];
  });
  return [...new Set(ports)].sort((a, b) => a - b);
}
