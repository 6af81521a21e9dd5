import { describe, expect, it } from 'vitest';
import { peerProblem } from '../../lib/aws/peers';
import { peerDependencies } from '../../package.json';

const wanted = { 'aws-cdk-lib': '^2.269.0', constructs: '^10.5.0' };
const install = '\n  npm install aws-cdk-lib@^2.269.0 constructs@^10.5.0';
const problem = (cdk: string | undefined, constructs: string | undefined = '10.5.0') =>
  peerProblem(wanted, { 'aws-cdk-lib': cdk, constructs });

describe('the packages beside ours', () => {
  it.each(['2.269.0', '2.269.1', '2.270.0', '2.1000.0'])('may be aws-cdk-lib %s', (version) => {
    expect(problem(version)).toBeUndefined();
  });

  it('are missing one by one, with the command that installs both', () => {
    expect(problem(undefined)).toBe(
      `aws-cdk-lib is not installed beside llm-constructs. Install it:${install}`,
    );
    expect(peerProblem(wanted, {})).toBe(
      `aws-cdk-lib is not installed beside llm-constructs.\nconstructs is not installed beside llm-constructs. Install it:${install}`,
    );
  });

  it.each(['2.268.9', '2.99.0', '1.300.0', '3.0.0'])('may not be aws-cdk-lib %s', (version) => {
    expect(problem(version)).toBe(
      `aws-cdk-lib ${version} is installed, and llm-constructs needs ^2.269.0. Install it:${install}`,
    );
  });

  it('have ranges of the one form that is understood', () => {
    for (const range of Object.values(peerDependencies)) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
  });
});
