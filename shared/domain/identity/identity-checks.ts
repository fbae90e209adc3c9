import type { IdentityRole } from './identity.ts';

/** What only a person can see in the documents of an identity; whoever approves it confirms each. */
const checksOf = {
  representative: ['registration_names_business', 'registration_names_person'],
  employee: [
    'registration_names_business',
    'employment_proof_names_person',
    'employment_proof_recent',
    'employment_proof_stamped',
    'resident_number_masked',
  ],
} as const satisfies Readonly<Record<IdentityRole, readonly string[]>>;

export type IdentityCheck = (typeof checksOf)[IdentityRole][number];
export const identityChecks = [...new Set(Object.values(checksOf).flat())] as readonly IdentityCheck[];

export const checklistOfRole = (role: IdentityRole): readonly IdentityCheck[] => checksOf[role];
