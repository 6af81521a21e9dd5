import type { Logging } from './compose';
import { cloudWatchOutput } from './telegraf-config';

/** The cloud on whose machines a bundle runs. */
export type Machine = 'aws';

interface MachineKind {
  logging: Logging;
  telegrafOutput: string;
  /** Files only this kind of machine needs. */
  files: Record<string, string>;
}

const awsConfig = `[default]
# many parallel parts for large files
s3 =
  preferred_transfer_client = crt
  max_concurrent_requests = 32
retry_mode = standard
max_attempts = 8
`;

export const machineKinds: Record<Machine, MachineKind> = {
  aws: {
    logging: {
      driver: 'awslogs',
      options: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
        'awslogs-region': '${LLM_REGION}',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
        'awslogs-group': '${LLM_LOG_GROUP}',
        // a container never waits for its log
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    },
    telegrafOutput: cloudWatchOutput,
    files: { 'aws-config': awsConfig },
  },
};
