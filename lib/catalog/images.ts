/** A container image by exact version. */
export interface PinnedImage {
  reference: string;
  version: string;
  source: string;
  asOf: string;
  /** The tag was seen in public use; otherwise only the program's version is known to exist. */
  verified: boolean;
  note: string;
}

export type Component =
  | 'gateway'
  | 'engine'
  | 'database'
  | 'cache'
  | 'telemetry'
  | 'front'
  | 'piiAnalyzer'
  | 'piiAnonymizer';

/**
 * One pin per program: the version whose flags and configuration the code was written for and tested with.
 *
 * No registry was asked, so no digest is known; `images.<component>` in a spec takes a reference with one.
 */
export const images: Readonly<Record<Component, PinnedImage>> = {
  gateway: {
    reference: 'ghcr.io/berriai/litellm-database:v1.106.2',
    version: '1.106.2',
    source: 'LiteLLM Python package 1.106.2, which was run; image name and tag form of litellm-docs',
    asOf: '2026-11',
    verified: false,
    note: 'the newest version that was run with this configuration; tags v1.100.0 to v1.104.0 are in public use, this one was not looked up. The -database image holds the Postgres client',
  },
  engine: {
    reference: 'docker.io/vllm/vllm-openai:v0.33.0',
    version: '0.33.0',
    source: 'vLLM Python package 0.33.0, whose flags were read',
    asOf: '2026-11',
    verified: false,
    note: 'CUDA 13; tags up to v0.31.0 are in public use, this one was not looked up',
  },
  database: {
    reference: 'docker.io/library/postgres:17.11-bookworm',
    version: '17.11',
    source: 'public compose and workflow files that pin postgres:17.11',
    asOf: '2026-11',
    verified: true,
    note: 'bookworm by name: a change of the C library would change the order of indexed text',
  },
  cache: {
    reference: 'docker.io/valkey/valkey:8.1.10',
    version: '8.1.10',
    source: 'public compose files that pin valkey/valkey:8.1.10',
    asOf: '2026-11',
    verified: true,
    note: '',
  },
  telemetry: {
    reference: 'docker.io/library/telegraf:1.37.2',
    version: '1.37.2',
    source: 'Telegraf Go module v1.37.2, which was built and run',
    asOf: '2026-11',
    verified: false,
    note: 'the tag was not looked up; the image tags of this program carry the plain version',
  },
  front: {
    reference: 'docker.io/library/nginx:1.30.4-alpine',
    version: '1.30.4',
    source: 'public Dockerfiles and image lists that pin nginx:1.30.4-alpine',
    asOf: '2026-11',
    verified: true,
    note: 'before several engines of one machine of a fleet; its configuration was checked with the nginx of Debian',
  },
  piiAnalyzer: {
    reference: 'mcr.microsoft.com/presidio-analyzer:2.2.362',
    version: '2.2.362',
    source: 'public Dockerfiles and compose files that pin presidio-analyzer:2.2.362',
    asOf: '2026-11',
    verified: true,
    note: 'holds a language model of English alone: other languages answer 500',
  },
  piiAnonymizer: {
    reference: 'mcr.microsoft.com/presidio-anonymizer:2.2.362',
    version: '2.2.362',
    source: 'public Dockerfiles and compose files that pin presidio-anonymizer:2.2.362',
    asOf: '2026-11',
    verified: true,
    note: '',
  },
};

/** Images of the local form alone. */
export const localImages: Readonly<Record<'prometheus' | 'grafana' | 'llamaCpp', PinnedImage>> = {
  prometheus: {
    reference: 'docker.io/prom/prometheus:v3.15.0',
    version: '3.15.0',
    source: 'public compose files and makefiles that pin prom/prometheus:v3.15.0',
    asOf: '2026-11',
    verified: true,
    note: 'its configuration was checked with promtool 2.42.0, not run in this image',
  },
  grafana: {
    reference: 'docker.io/grafana/grafana:13.2.3',
    version: '13.2.3',
    source: 'public compose files that pin grafana/grafana:13.2.3, one of them with a digest',
    asOf: '2026-11',
    verified: true,
    note: 'its dashboard was checked with the types of @grafana/schema 13.2.3, not run in this image',
  },
  llamaCpp: {
    reference: 'ghcr.io/ggml-org/llama.cpp:server-b11312',
    version: 'b11312',
    source:
      'public documents and Helm values that pin server-b11312; flags and answers of the same commit 0c1e57098, compiled from the Python package llama-cpp-python 0.3.36, whose changelog names it',
    asOf: '2026-11',
    verified: true,
    note: 'the program was compiled and run, this image was not; x86 and ARM, no GPU; it holds a shell and curl, no Python',
  },
};

/** What the engine image asks of the machine. */
export const engineNeeds = {
  /** NVIDIA driver; machine images with an older one need the image's `-cu129` variant. */
  driver: 580,
  /** CUDA 13 has no code for older GPUs (V100 is 7.0). */
  computeCapability: 7.5,
  source: 'vllm-project/vllm#42738 (default image is CUDA 13 since 0.20); NVIDIA CUDA 13 release notes',
  asOf: '2026-11',
} as const;

/**
 * What masking personal data asks of the machine: the analyzer keeps a spaCy model of English in memory.
 * Limits in public compose files: 1 CPU and 2 GB for the analyzer, less than 0.5 GB for the anonymizer.
 */
export const piiNeeds = { vcpus: 1, memoryGiB: 3, asOf: '2026-11' } as const;
