export { type Bill, bill } from './cost/bill';
export type { BillLine } from './cost/line';
export { type PriceOverlay, parsePriceOverlay } from './cost/overlay';
export { type Issue, isUserError, UserError } from './errors';
export { plan, planFile } from './plan';
export type * from './plan/plan';
export type { Alarm, SignalName } from './plan/signals';
export { defineDeployment } from './spec/define';
export type { Deployment, Spec } from './spec/types';
