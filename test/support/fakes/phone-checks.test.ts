import { describe } from 'vitest';
import { phoneCheckContract } from '../contracts/phone-check-contract.ts';
import { createFakePhoneChecks } from './phone-checks.ts';

describe('phone checks in memory', () => phoneCheckContract(async () => createFakePhoneChecks()));
