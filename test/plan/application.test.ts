import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { planSections } from '../../lib/report/plan';
import type { Deployment } from '../../lib/spec/types';
import { planned, scaled } from './example';

const image = `ghcr.io/acme/chat@sha256:${'0'.repeat(64)}`;
const written = { image, port: 8080, path: '/chat', env: { COLOR: 'blue' } };
const application = (fields: Partial<Deployment['application']> = {}) => ({
  application: { ...written, ...fields },
});

describe('the container of the user', () => {
  it('is absent until it is written', () => {
    expect(planned().decisions).not.toHaveProperty('application');
    expect(planned().decisions.images).not.toHaveProperty('application');
  });

  it('takes what is written, and a limit where none is', () => {
    const { decisions } = planned(application());
    const { because, ...rest } = decisions.application ?? { because: '' };
    expect(rest).toEqual({ port: 8080, path: '/chat', env: { COLOR: 'blue' }, vcpus: 1, memoryGiB: 2 });
    expect(because).toContain('at most 1 CPU and 2 GiB of each gateway');
    expect(decisions.images.application).toBe(image);
  });

  it("is no image of the mirror: the reference is the user's own", () => {
    const { images } = planned({
      ...application(),
      images: { registry: 'mirror.example.com/llm' },
    }).decisions;
    expect(images.application).toBe(image);
    expect(images.gateway).toMatch(/^mirror\.example\.com\//);
  });

  it('has room on the machine of a single server beside the gateway', () => {
    const room = (plan: ReturnType<typeof planned>) => plan.decisions.machine;
    const large = room(planned(application({ memoryGiB: 60 })));
    expect(room(planned()).memoryGiB).toBeLessThan(60);
    expect(large.memoryGiB).toBeGreaterThan(60);
  });

  it('has room on each machine of a gateway group, which waits for it before it serves', () => {
    const before = scaled().decisions.gatewayGroup;
    const after = scaled(application({ memoryGiB: 16 })).decisions.gatewayGroup;
    expect(after.memoryGiB).toBeGreaterThan(16);
    expect(after.bootGraceSeconds).toBe(before.bootGraceSeconds + 240);
  });

  it('is told by plan, with the room that it takes', () => {
    const rows = planSections(planned(application())).flatMap((section) => section.rows);
    expect(rows).toContainEqual(['Application', 'port 8080 at `/chat`, at most 1 CPU and 2 GiB']);
    expect(rows.find(([label]) => label === 'Images')?.[1]).toContain(image);
  });

  it('is in the list of what passes the balancer', () => {
    const network = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
    const because = (path: string) => planned({ network, ...application({ path }) }).decisions.entry.because;
    expect(because('/chat')).toContain(
      'only /v1/*, /health/liveliness and /chat and below pass the balancer',
    );
    expect(because('/')).toContain(
      'only /v1/*, /health/liveliness and the paths of your own container pass the balancer',
    );
    expect(planned({ network }).decisions.entry.because).toContain(
      'only /v1/* and /health/liveliness pass the balancer',
    );
  });

  it('costs nothing but the machine that it needs', () => {
    const lines = (plan: ReturnType<typeof planned>) => bill(plan).lines.map(({ id }) => id);
    expect(lines(planned(application()))).toEqual(lines(planned()));
  });
});
