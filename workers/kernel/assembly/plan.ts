import { Plan } from './layout';

/** The plan of the batch being formatted. */
export let plan: Plan = changetype<Plan>(0);

export function usePlan(at: usize): void {
  plan = changetype<Plan>(at);
}
