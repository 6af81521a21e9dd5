import { deploymentTag } from '../../lib/aws/tags';
import { contract } from '../contract';
import { awsFacts } from './facts';
import { planOf } from './plan-fixture';
import { written } from './synthesize';

const bucketsStay = 'CloudFormation cannot delete a bucket with objects in it';
const kept = { LlmModelStoreBucket1012403C: bucketsStay, LlmAccessLogs83527B21: bucketsStay };
const accessLogsOnly = { LlmAccessLogs83527B21: bucketsStay };
const logsWithoutKey = { LlmAccessLogs83527B21: 'balancers cannot write to a bucket with a KMS key' };
const facts = (plan: Parameters<typeof awsFacts>[0]) => awsFacts(plan, written(plan));

contract('aws single server, tunnel', {
  plan: () => planOf('tunnel'),
  facts,
  deploymentTag,
  exceptions: { kept },
});

contract('aws single server, public', {
  plan: () => planOf('public'),
  facts,
  deploymentTag,
  exceptions: { kept },
});

contract('aws single server, internal with managed data and own key', {
  plan: () => planOf('internal'),
  facts,
  deploymentTag,
  exceptions: {
    kept,
    key: logsWithoutKey,
  },
});

contract('aws single server, everything written out', {
  plan: () => planOf('written'),
  facts,
  deploymentTag,
  exceptions: { key: logsWithoutKey, kept: accessLogsOnly },
});

contract('aws single server, models of all kinds', {
  plan: () => planOf('several'),
  facts,
  deploymentTag,
  exceptions: { kept },
});
