import type { Plan } from '../plan/plan';
import { exactly, type Usage } from './line';

/** The GPU machine itself. */
export function machineUsage(plan: Plan): Usage[] {
  const { machine } = plan.decisions;
  return [
    {
      id: 'gpu-machine',
      label: `${machine.instanceType} (${machine.gpuCount} x ${machine.gpu}), ${machine.purchase}`,
      category: 'Machines',
      resource: 'gpu-machine',
      count: machine.count,
      quantity: exactly(machine.count * machine.hoursPerMonth),
      rate: 'gpu-machine',
      because: `${machine.count} ${machine.count === 1 ? 'machine' : 'machines'} x ${machine.hoursPerMonth} hours a month`,
    },
  ];
}
