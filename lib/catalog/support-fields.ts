const oneMachine = 'a single server has one machine';
const orScaled = 'or write `architecture: scaled`';

/** Parts of the spec that later versions add: place in the spec, and why it is refused and what to do meanwhile. */
export const fieldsNotBuilt: Readonly<Record<string, string>> = {
  'account.subscriptionId': 'it belongs to Azure, which is not built yet: on aws write `account.id`',
  'account.tenantId': 'it belongs to Azure, which is not built yet: on aws write `account.id`',
  'account.projectId': 'it belongs to Google Cloud, which is not built yet: on aws write `account.id`',
  'account.billingAccount': 'it belongs to Google Cloud, which is not built yet: remove it',
  'account.state': 'it says where Terraform keeps its state; on aws CloudFormation keeps it: remove it',
  'account.providerVersion': 'it pins a Terraform provider; aws is deployed with CloudFormation: remove it',
  'network.existing.privateDnsZones': 'it belongs to Azure, which is not built yet: remove it',

  'models[].expertParallel':
    'spreading experts over GPUs is not built yet: experts are sliced with `tensorParallel`',
  'models[].pipelineParallel':
    'stages over several machines are not built yet: take a GPU with more memory, more `tensorParallel`, or `quantization: fp8`',

  'gateway.responseCache.similarityPercent':
    'it belongs to `gateway.responseCache.embeddingModel`, which is refused: equal requests are cached without it',

  'database.vectorCount': 'a sized vector store is not built yet: use a database of your own for vectors',
  'cache.scope': 'a cache over several regions comes with several regions: leave it out',

  'monitoring.notify.webhookSecret':
    'posting alarms to a webhook is not built yet: use `monitoring.notify.emails`; most pagers take alarms by mail',
  'reliability.regionLossCapacityPercent': 'it needs several regions, which are not built yet: remove it',
};

/** Parts of the spec that only a fleet has, refused with one machine: place in the spec, why, what to do. */
export const fieldsOfFleets: Readonly<Record<string, string>> = {
  rollout: `${oneMachine}, replaced in place with a gap of one boot: leave it out, ${orScaled}`,
  timeZone: `it only serves \`capacity.schedule\` and \`batch.startAt\`, and a single server runs all month: remove it, ${orScaled}`,
  'models[].replicas': `${oneMachine}; the plan starts as many copies of the model as its GPUs hold: leave it out, ${orScaled}`,
  'models[].capacity': `${oneMachine}, bought in one way for all models: write it under \`capacity\`, ${orScaled}`,
  'capacity.schedule': `${oneMachine}, which runs all month, and the bill says so: leave it out, ${orScaled}`,
  'capacity.onDemandBase': `${oneMachine}, so none can stay on demand beside spot ones: choose \`capacity.purchase\`, ${orScaled}`,
  'capacity.reservations': `${oneMachine}, and an on-demand machine uses an open reservation that matches by itself: leave it out, ${orScaled}`,
  'capacity.scalingSignal': `${oneMachine} and does not scale: size it with \`traffic\`, ${orScaled}`,
  'capacity.scalingTarget': `${oneMachine} and does not scale: size it with \`traffic\`, ${orScaled}`,
  'capacity.scaleInAfterSeconds': `${oneMachine} and does not scale: size it with \`traffic\`, ${orScaled}`,
  'capacity.warmPool': `${oneMachine} and no prepared spare ones: leave it out, ${orScaled}`,
  'database.documents': `${oneMachine} with its data on it, and a second database beside it costs more than the machine saves: use one of your own, ${orScaled}`,
  'batch.startAt': `${oneMachine}, whose worker takes what users leave idle at any hour: put the files when work may begin, ${orScaled}`,
  'reliability.availabilityPercent': `${oneMachine}, which gives about 99 %: leave it out, ${orScaled}`,
};

const noDataDisk = 'machines of a fleet come and go, and none has a data disk';

/** Parts of the spec that only one machine has, refused with a fleet. */
export const fieldsOfOneMachine: Readonly<Record<string, string>> = {
  'modelStore.diskGiB': `${noDataDisk}: remove it`,
  'reliability.recoveryPointMinutes': `${noDataDisk} to take snapshots of; the managed database can be restored to any minute: remove it`,
  'images.database': 'the database of a fleet is managed: remove it',
  'images.cache': 'the cache of a fleet is managed: remove it',
  'monitoring.thresholds.database-storage':
    'the storage of the managed database of a fleet grows by itself: remove it',
};
