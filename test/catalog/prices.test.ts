import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../lib/catalog/machines';
import { managedModels } from '../../lib/catalog/managed-models';
import { servicePrice, servicePriceAnyRegion, servicePrices } from '../../lib/catalog/prices';

describe('service prices', () => {
  it.each([
    ['Elastic Load Balancing', 'ALB', 'us-east-1', 0.0225, 'hour'],
    ['Elastic Load Balancing', 'ALB', 'eu-central-1', 0.027, 'hour'],
    ['VPC', 'NAT gateway', 'us-east-1', 0.045, 'hour'],
    ['EBS', 'gp3 storage', 'us-east-1', 0.08, 'GB-month'],
    ['EBS', 'gp3 storage', 'eu-central-1', 0.0952, 'GB-month'],
    ['Secrets Manager', 'Secret', 'us-east-1', 0.4, 'secret-month'],
    ['EBS', 'Snapshot storage (standard)', 'us-east-1', 0.05, 'GB-month'],
    ['S3', 'GET/SELECT requests (Standard)', 'us-east-1', 0.0004, '1k requests'],
    ['CloudWatch', 'Custom metric (first 10k)', 'us-east-1', 0.3, 'metric-month'],
  ])('of %s, %s in %s: %d USD', (service, sku, region, usd, unit) => {
    expect(servicePrice('aws', service, sku, region)).toMatchObject({ usd, unit, region });
  });

  it('are not guessed for a region without a price of its own', () => {
    expect(servicePrice('aws', 'Elastic Load Balancing', 'ALB', 'eu-north-1')).toBeUndefined();
    expect(servicePriceAnyRegion('aws', 'Elastic Load Balancing', 'ALB', 'eu-north-1')).toMatchObject({
      usd: 0.0225,
      region: 'us-east-1',
    });
  });

  it('take the region before the reference region', () => {
    expect(servicePriceAnyRegion('aws', 'EBS', 'gp3 storage', 'eu-central-1')).toMatchObject({ usd: 0.0952 });
  });

  it('of public addresses are the same everywhere and from secondary pages', () => {
    expect(servicePrice('aws', 'VPC', 'Public IPv4 address', 'sa-east-1')).toMatchObject({
      usd: 0.005,
      region: 'global',
      confidence: 'medium',
    });
  });

  it('that hold everywhere hold in each region', () => {
    expect(servicePrice('aws', 'Route 53', 'Hosted zone (first 25)', 'eu-north-1')).toMatchObject({
      usd: 0.5,
      region: 'global',
    });
  });

  it('are none for what is not in the data', () => {
    expect(servicePriceAnyRegion('aws', 'Braket', 'Qubit', 'us-east-1')).toBeUndefined();
  });

  it.each<Cloud>(['aws', 'azure', 'gcp'])('of %s are positive and say how sure they are', (cloud) => {
    for (const price of servicePrices(cloud)) {
      expect(price.usd > 0 || price.sku === 'Free tier control plane', price.sku).toBe(true);
      expect(price.usd, price.sku).toBeLessThan(3500);
      expect(['high', 'medium', 'low'], price.sku).toContain(price.confidence);
    }
  });
});

describe('managed models', () => {
  it('cost what the price map says', () => {
    const haiku = managedModels().find(({ model }) => model === 'anthropic.claude-haiku-4-5-20251001-v1:0');
    expect(haiku).toMatchObject({
      provider: 'bedrock',
      cloud: 'aws',
      inputUsdPerMillionTokens: 1,
      outputUsdPerMillionTokens: 5,
      cachedInputUsdPerMillionTokens: 0.1,
    });
  });

  it('have an output price exactly when they answer', () => {
    for (const model of managedModels()) {
      expect(model.outputUsdPerMillionTokens === null, model.model).toBe(model.task === 'embedding');
      expect(model.inputUsdPerMillionTokens, model.model).toBeGreaterThan(0);
      expect(model.inputUsdPerMillionTokens, model.model).toBeLessThan(50);
    }
  });
});
