import { deploymentTag } from '../../lib/aws/tags';
import { contract } from '../contract';
import { contractDeployments } from './contract-deployments';
import { awsFacts } from './facts';
import { written } from './synthesize';

contract({
  cloud: 'aws',
  deploymentTag,
  read: (plan) => awsFacts(plan, written(plan)),
  deployments: contractDeployments,
});
