import type { Random } from '../random.js';
import { actiontrail } from './actiontrail.js';
import { k8saudit } from './k8saudit.js';
import { nginx } from './nginx.js';
import type { Profile } from './profile.js';
import { vpcflow } from './vpcflow.js';
import { waf } from './waf.js';

const PROFILES = { actiontrail, vpcflow, waf, k8saudit, nginx };

/** `mixed` takes another kind of log for each group. */
export const PROFILE_NAMES = ['actiontrail', 'vpcflow', 'waf', 'k8saudit', 'nginx', 'mixed'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export function profileOf(name: ProfileName, random: Random): Profile {
  return name === 'mixed' ? random.pick([actiontrail, vpcflow, waf, k8saudit, nginx]) : PROFILES[name];
}

/** Groups in one segment, whatever the groups of a mix are. */
export function groupsPerSegment(name: ProfileName): number {
  return name === 'mixed' ? 500 : PROFILES[name].groupsPerSegment;
}

/** Logs in a full group. */
export const LOGS_PER_GROUP = 10;
