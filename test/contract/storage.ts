import { isSingleServer } from '../../lib/plan/forms';
import { type Check, differ, each, first } from './check';
import { containers } from './containers';
import { plannedGroups } from './planned';

/** What is stored, for how long, and with whose key; and disks. */
export const storageChecks: Check[] = [
  {
    promises: 'encrypts all that it stores, with the key that the plan says',
    problems: ({ plan, facts, excepted }) => [
      ...(facts.storage.length > 4 ? [] : [`only ${facts.storage.length} things are stored`]),
      ...facts.storage.flatMap(({ id, encryption, part }) => {
        if (encryption === 'none') return [`${id} is not encrypted`];
        if (plan.decisions.security.encryption !== 'customer-managed' || encryption === 'own-key') return [];
        return excepted('encrypted-with-your-key', part) === undefined
          ? [`${id}: not with the key of the plan`]
          : [];
      }),
    ],
    violations: {
      'one thing unencrypted': ({ storage }) => first(storage, (store) => (store.encryption = 'none')),
      'another key': ({ storage }) =>
        storage.every(({ encryption, part }) => encryption === 'own-key' || part !== undefined) &&
        first(
          storage.filter(({ part }) => part === undefined),
          (store) => (store.encryption = 'provider'),
        ),
      'a reader that sees nothing': ({ storage }) => storage.splice(0).length > 0,
    },
  },
  {
    promises:
      'keeps data when it is deleted, or takes it along, as planned; and cannot be deleted by mistake where guarded',
    problems: ({ plan, facts, excepted }) => {
      const { deletionProtection } = plan.decisions.security;
      const data = facts.storage.filter(({ holds }) => holds === 'data');
      return [
        ...(data.length > 0 ? [] : ['nothing holds data']),
        ...data.flatMap(({ id, kept, part }) => {
          const problems = differ(`${id} is kept`, kept, deletionProtection);
          const stays =
            kept && problems.length > 0 && excepted('goes-with-the-deployment', part) !== undefined;
          return stays ? [] : problems;
        }),
        ...facts.guards.flatMap(({ id, on }) => differ(`guard of ${id}`, on, deletionProtection)),
        ...(facts.guards.length > 0 || (isSingleServer(plan) && plan.decisions.entry.ingress === 'tunnel')
          ? []
          : ['nothing is guarded']),
      ];
    },
    violations: {
      'data treated otherwise': ({ storage }) =>
        first(
          storage.filter(({ holds, part }) => holds === 'data' && part === undefined),
          (store) => (store.kept = !store.kept),
        ),
      'a guard turned': ({ guards }) => first(guards, (guard) => (guard.on = !guard.on)),
    },
  },
  {
    promises: 'has disks that hold the images twice, the operating system, the weights and what is cached',
    problems: ({ plan, facts }) => {
      const { images } = plan.decisions;
      return plannedGroups(plan).flatMap(({ machines: { name }, weights, gpu }) => {
        const group = facts.groups.find((candidate) => candidate.name === name);
        if (!group) return [];
        const used = new Set(containers(group.bundle).map(({ image }) => image));
        const imagesGiB = [...used].reduce(
          (sum, image) => sum + (image === images.engine ? imageGiB.engine : imageGiB.other),
          0,
        );
        const needed = {
          root:
            2 * imagesGiB + (gpu ? systemGiB.gpu : systemGiB.cpu) + (weights.on === 'root' ? weights.gib : 0),
          data: weights.on === 'data' ? 1.3 * weights.gib : 0,
        };
        return Object.entries(needed).flatMap(([use, gib]) => {
          const disk = group.disks.find((candidate) => candidate.use === use);
          if (gib === 0 && disk === undefined) return [];
          return [
            ...((disk?.gib ?? 0) >= gib
              ? []
              : [`${name}: ${use} disk of ${disk?.gib ?? 0} GiB, ${Math.ceil(gib)} are needed`]),
            ...(!gpu || (disk?.mibps ?? 0) >= leastMiBps
              ? []
              : [`${name}: ${use} disk of ${disk?.mibps ?? 0} MiB/s`]),
          ];
        });
      });
    },
    violations: {
      'a root disk of a web server': ({ groups }) =>
        each(
          groups.flatMap(({ disks }) => disks).filter(({ use }) => use === 'root'),
          (disk) => (disk.gib = 8),
        ),
      'a small data disk': ({ groups }) =>
        first(
          groups.flatMap(({ disks }) => disks).filter(({ use }) => use === 'data'),
          (disk) => (disk.gib = 1),
        ),
      'a slow disk': ({ groups }) =>
        first(
          groups.filter(({ role }) => role !== 'gateway'),
          ({ disks }) => each(disks, (disk) => (disk.mibps = 125)),
        ),
    },
  },
];

/** Unpacked: vLLM 20 to 25 GB (vllm#17163), LiteLLM, Postgres, Presidio and the others at most 4. */
const imageGiB = { engine: 25, other: 4 };
/** With driver and CUDA; without. */
const systemGiB = { gpu: 50, cpu: 8 };
/** A new disk's own 125 MiB/s read 16 GiB in two minutes. */
const leastMiBps = 500;
