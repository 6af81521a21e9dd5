/** Variables that scripts/verify/batch.sh sets once it has installed what the tests need. */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run these tests with npm run verify -- batch`);
  return value;
}

export const tools = {
  get python() {
    return `${required('BATCH_FOLDER')}/bin/python`;
  },
  get moto() {
    return `${required('BATCH_FOLDER')}/bin/moto_server`;
  },
  get azurite() {
    return `${required('BATCH_FOLDER')}/packages/node_modules/azurite/dist/src/azurite.js`;
  },
  /** Undefined where it cannot be had; the lane says so. */
  get fakeGcs() {
    return process.env.FAKE_GCS_SERVER;
  },
  get pubsub() {
    return process.env.PUBSUB_EMULATOR;
  },
};
