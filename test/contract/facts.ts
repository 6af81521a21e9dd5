import type { Alarm, CloudMetric } from '../../lib/plan/signals';
import type { Bundle } from '../../lib/runtime/bundle';
import type { SentMetric } from '../../lib/runtime/telegraf-outputs';
import type { Measured } from './bill';

/** What a cloud's output says about itself, in words that no cloud owns. Plain data. */
export interface Facts {
  groups: Group[];
  balancers: Balancer[];
  /** Ports that addresses outside of the deployment can reach, on whatever it has, and which addresses. */
  openPorts: { port: number; cidrs: string[] }[];
  storage: Storage[];
  /** Resources that know a guard against deletion, and whether it is on. */
  guards: { id: string; on: boolean }[];
  alarms: AlarmFact[];
  /** Tags of each resource that costs money, by its id. */
  tags: Record<string, Record<string, string>>;
  /** What each resource would cost. */
  measured: Measured[];
  /** Types of resources of which the reader does not know whether they cost anything. */
  unknown: string[];
  /** The whole output. */
  text: string;
  /** Made up by the cloud's tool: names and content hashes, which look like secrets. */
  made: string[];
}

export type Role = 'server' | 'gateway' | 'fleet';

/** Machines that are started alike. */
export interface Group {
  role: Role;
  /** Of the fleet; else the role. */
  name: string;
  /** In the order in which they are tried. */
  types: { type: string; weight: number }[];
  /** Sizes count in weights. */
  min: number;
  max: number;
  /** Times of the week at which other bounds begin to hold. */
  schedule: BoundsChange[];
  purchase: 'on-demand' | 'spot' | 'mixed';
  onDemandBase: number;
  warmPool: number;
  reservation?: string;
  /** Networks of different zones in which machines start. */
  zones: number;
  publicAddress: boolean;
  /** Ports that something inside the deployment can reach. */
  ports: number[];
  graceSeconds: number;
  /** How long the tool waits for the first machines before it calls them failed; absent: it does not wait. */
  firstStartSeconds?: number;
  /** How long a machine may take to come in service unless it says that it still starts; absent: it is at once. */
  startSeconds?: number;
  /** How long a machine that leaves is waited for. */
  drainSeconds: number;
  disks: { use: 'root' | 'data'; gib: number; mibps: number }[];
  /** Series that the cloud charges for each machine, beside those of the telemetry. */
  machineMetrics: number;
  scaling: Scaling[];
  /** What a machine is told at its start. */
  start: string;
  bundle: Bundle;
}

/** 0 is Monday. */
export interface BoundsChange {
  days: number[];
  hour: number;
  minute: number;
  min: number;
  max: number;
  timeZone: string;
}

/** What makes a group grow and shrink. */
export interface Scaling {
  /** `cpu`: of the group itself, `jobs`: those of the queue for each machine; measured by the cloud. */
  metric: 'cpu' | 'jobs' | SentMetric;
  target: number;
  grows: boolean;
  /** 0: does not shrink the group. */
  shrinksAfterSeconds: number;
  /** Whether silence of the metric takes machines away. */
  shrinksOnSilence: boolean;
}

export interface Balancer {
  id: string;
  facing: 'internet' | 'inside';
  idleSeconds: number;
  webFirewall: boolean;
  listeners: Listener[];
}

export interface Listener {
  port: number;
  tls: boolean;
  /** To requests that no rule takes: a status, another listener with TLS, or the machines. */
  otherwise: number | 'redirect' | Targets;
  /** `token`: requests without a valid one are refused. */
  rules: { hosts: string[]; paths: string[]; token: boolean; to: Targets }[];
}

export interface Targets {
  /** Name of the group. */
  group: string;
  port: number;
  leastOutstanding: boolean;
  health: { port: number; path: string };
  drainSeconds: number;
}

export interface Storage {
  id: string;
  /** Which part of the deployment it is, where the catalogue excepts that part. */
  part?: string;
  encryption: 'none' | 'provider' | 'own-key';
  /** Still there when the deployment is deleted. */
  kept: boolean;
  holds: 'data' | 'logs' | 'cache' | 'messages';
}

export interface AlarmFact {
  /** Of series of the machines as they were sent; of the cloud's own in the plan's words. */
  metric: SentMetric | CloudMetric;
  /** Whose machines a metric of the cloud is about, where that is a fleet. */
  fleet?: string;
  statistic: Alarm['statistic'];
  comparison: Alarm['comparison'];
  /** In the unit of the signal. */
  threshold: number;
  minutes: number;
  whenMissing: Alarm['whenMissing'];
  notifies: boolean;
}
