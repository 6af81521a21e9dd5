import { describe, expect, it } from 'vitest';
import { planned } from './example';

describe('database', () => {
  it('lives on the data disk unless it is managed', () => {
    expect(planned().decisions.database).toMatchObject({
      postgres: 'embedded',
      backupDays: 35,
      connectionLimit: 20,
    });
    expect(planned({ database: 'managed' }).decisions.database).toMatchObject({
      postgres: 'managed',
      instanceClass: 'db.t4g.medium',
      highAvailability: true,
      storageGiB: 50,
    });
  });

  it('shares 200 connections among many gateway workers', () => {
    const { gateway, database } = planned({
      architecture: 'single-server',
      models: ['Qwen/Qwen2.5-0.5B-Instruct'],
      traffic: { concurrentUsers: 15_000 },
    }).decisions;
    expect(gateway.workers).toBe(47);
    expect(database.connectionLimit).toBe(200);
  });

  it('has a standby in production only, unless written', () => {
    const standby = (changes: Parameters<typeof planned>[0]) =>
      planned(changes).decisions.database.highAvailability;
    expect(standby({ database: 'managed', environment: 'staging' })).toBe(false);
    expect(standby({ database: { postgres: 'managed', highAvailability: true }, environment: 'dev' })).toBe(
      true,
    );
    expect(standby({ database: { postgres: 'managed', highAvailability: false } })).toBe(false);
  });

  it('keeps backups by environment', () => {
    expect(planned({ environment: 'dev' }).decisions.database.backupDays).toBe(7);
    expect(planned({ database: { backupDays: 3 } }).decisions.database.backupDays).toBe(3);
  });
});

describe('cache', () => {
  it('is embedded, managed with a replica in production, or none', () => {
    expect(planned().decisions.cache).toMatchObject({ valkey: 'embedded', nodes: 0, memoryMiB: 512 });
    expect(planned({ cache: 'managed' }).decisions.cache).toMatchObject({ valkey: 'managed', nodes: 2 });
    expect(planned({ cache: 'managed', environment: 'dev' }).decisions.cache.nodes).toBe(1);
    expect(planned({ cache: 'none' }).decisions.cache).toMatchObject({
      valkey: 'none',
      nodes: 0,
      memoryMiB: 0,
    });
  });
});

describe('model store', () => {
  it('is a new bucket that the first machine fills, or one of yours', () => {
    expect(planned().decisions.modelStore).toMatchObject({ import: 'job', storedGiB: 16, keepRevisions: 2 });
    expect(planned().decisions.modelStore.bucket).toBeUndefined();
    expect(
      planned({ modelStore: { bucket: 'weights', import: 'manual' } }).decisions.modelStore,
    ).toMatchObject({
      bucket: 'weights',
      import: 'manual',
    });
  });
});

describe('security', () => {
  it('guards data in production only, unless written', () => {
    expect(planned().decisions.security.deletionProtection).toBe(true);
    expect(planned({ environment: 'dev' }).decisions.security.deletionProtection).toBe(false);
    expect(
      planned({ reliability: { deletionProtection: false } }).decisions.security.deletionProtection,
    ).toBe(false);
  });
});
