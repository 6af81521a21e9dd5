import type { CfnOutputProps } from 'aws-cdk-lib/core';
import { vaultCommand } from '../plan/backup';
import type { Plan } from '../plan/plan';
import type { Database } from './database';
import type { Documents } from './documents';

export interface DataParts {
  database: Database | undefined;
  /** Absent on one machine. */
  documents?: Documents | undefined;
}

/** How applications of the user reach the databases, and what the copies of backups need. */
export function dataOutputs(
  plan: Plan,
  { database, documents }: DataParts,
  secretCommand: (secret: { secretArn: string }) => string,
): Record<string, CfnOutputProps> {
  const { backup, database: planned } = plan.decisions;
  return {
    ...(database &&
      planned.clientCidrs && {
        PostgresHost: { value: database.host, description: 'Postgres, for your own applications' },
        PostgresLogin: {
          value: secretCommand(database.secret),
          description: 'Prints the login of the owner of Postgres: make users of your own with it',
        },
      }),
    ...(documents && {
      DocumentsLogin: {
        value: secretCommand(documents.secret),
        description: 'Prints address and login of the document store, as JSON',
      },
    }),
    ...(backup?.copy && {
      CopyVault: {
        value: vaultCommand(plan.spec, backup.copy),
        description: 'Makes the vault of the other region, once and before the first night',
      },
    }),
  };
}
