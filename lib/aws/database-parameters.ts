/**
 * TLS for all, and under a law who signs in and who changes tables. Statements that read and write rows are never
 * logged: rows may hold prompts.
 */
export function databaseParameters(audited: boolean): {
  description: string;
  parameters: Record<string, string>;
} {
  const tls = { 'rds.force_ssl': '1' };
  if (!audited) return { description: 'TLS only', parameters: tls };
  return {
    description: 'TLS only, and a log of who signs in and changes tables',
    parameters: { ...tls, log_connections: '1', log_disconnections: '1', log_statement: 'ddl' },
  };
}
