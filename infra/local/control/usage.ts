/** What one kind of operation on one table cost. */
export type Capacity = { requests: number; readUnits: number; writeUnits: number };

/** What a function did. Durations are of handlers, in milliseconds of the machine's clock. */
export type FunctionUse = {
  invocations: number;
  errors: number;
  timeouts: number;
  coldStarts: number;
  durationMs: number;
};

export type UsageReport = {
  since: string;
  /** Requests by AWS action; what the queue pollers of event source mappings asked counts too. */
  requests: Record<string, number>;
  dynamodb: { readUnits: number; writeUnits: number; byOperation: Record<string, Capacity> };
  functions: Record<string, FunctionUse>;
};

/** Counts what would be on the bill. */
export class Usage {
  #since = new Date();
  #requests = new Map<string, number>();
  #capacity = new Map<string, Capacity>();
  #functions = new Map<string, FunctionUse>();

  countRequest(action: string): void {
    this.#requests.set(action, (this.#requests.get(action) ?? 0) + 1);
  }

  /** @param operation such as `TransactWriteItems` @param units consumed, transactions already doubled */
  countCapacity(table: string, operation: string, units: { readUnits: number; writeUnits: number }): void {
    const key = `${table}/${operation}`;
    const before = this.#capacity.get(key) ?? { requests: 0, readUnits: 0, writeUnits: 0 };
    this.#capacity.set(key, {
      requests: before.requests + 1,
      readUnits: before.readUnits + units.readUnits,
      writeUnits: before.writeUnits + units.writeUnits,
    });
  }

  countInvocation(functionName: string, outcome: 'ok' | 'error' | 'timeout', durationMs: number, cold: boolean): void {
    const before = this.#functions.get(functionName) ?? {
      invocations: 0,
      errors: 0,
      timeouts: 0,
      coldStarts: 0,
      durationMs: 0,
    };
    this.#functions.set(functionName, {
      invocations: before.invocations + 1,
      errors: before.errors + (outcome === 'error' ? 1 : 0),
      timeouts: before.timeouts + (outcome === 'timeout' ? 1 : 0),
      coldStarts: before.coldStarts + (cold ? 1 : 0),
      durationMs: before.durationMs + durationMs,
    });
  }

  reset(): void {
    this.#since = new Date();
    this.#requests.clear();
    this.#capacity.clear();
    this.#functions.clear();
  }

  report(): UsageReport {
    const capacities = [...this.#capacity.values()];
    return {
      since: this.#since.toISOString(),
      requests: Object.fromEntries([...this.#requests].sort()),
      dynamodb: {
        readUnits: capacities.reduce((sum, { readUnits }) => sum + readUnits, 0),
        writeUnits: capacities.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
        byOperation: Object.fromEntries([...this.#capacity].sort()),
      },
      functions: Object.fromEntries([...this.#functions].sort()),
    };
  }
}
