import { join } from 'node:path';
import * as z from 'zod';
import type { Resource } from '../template/template.ts';

/** A function as the template declares it. */
export type DeclaredFunction = {
  name: string;
  arn: string;
  /** The file with the handler, and the name it is exported by. */
  file: string;
  handlerName: string;
  roleArn: string;
  timeoutMs: number;
  memoryMb: number;
  environment: Record<string, string>;
  reservedConcurrency: number | undefined;
};

const functionShape = z.looseObject({
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.literal('nodejs24.x'),
  Role: z.string(),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  Environment: z
    .strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
});

/** The template's functions. @param codeFolders folders of code by object key @throws for code that is not in the assembly */
export function declaredFunctions(resources: Resource[], codeFolders: Map<string, string>): DeclaredFunction[] {
  return resources
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map(({ name, references, properties }) => {
      const declared = functionShape.parse(properties);
      const folder = codeFolders.get(declared.Code.S3Key);
      if (!folder) throw new Error(`function ${name}: no code folder for ${declared.Code.S3Key}`);
      const [moduleName, handlerName] = declared.Handler.split('.') as [string, string];
      return {
        name,
        arn: references.Arn!,
        file: join(folder, `${moduleName}.mjs`),
        handlerName,
        roleArn: declared.Role,
        timeoutMs: declared.Timeout * 1000,
        memoryMb: declared.MemorySize,
        environment: declared.Environment.Variables,
        reservedConcurrency: declared.ReservedConcurrentExecutions,
      };
    });
}
