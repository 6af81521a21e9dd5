/** A variable that scripts/verify/gateway.sh sets once it has installed what the tests need. */
export function required(name: 'LITELLM_FOLDER' | 'REDIS_SERVER' | 'POSTGRES_BIN' | 'NGINX'): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run these tests with npm run verify -- gateway`);
  return value;
}
