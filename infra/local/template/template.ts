import { account, region } from './names.ts';
import { type References, resourceTypes } from './resource-types.ts';

/** A synthesized CloudFormation template, before anything is known about it. */
export type Template = {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs?: Record<string, { Value: unknown }>;
};

/** A resource with every intrinsic function resolved. */
export type Resource = {
  logicalId: string;
  type: string;
  /** Physical name. */
  name: string;
  properties: Record<string, unknown>;
  references: References;
};

/** The template cannot be run locally; the message lists every reason. */
export class TemplateRefused extends Error {
  override name = 'TemplateRefused';
}

/**
 * Resolves a template for this machine.
 * @param origin `http://127.0.0.1:<port>` of the edge: queue URLs and the API's endpoint carry it
 * @throws TemplateRefused for a resource type, property or intrinsic function that the local cloud does not know
 */
export function resolveTemplate(template: Template, stackName: string, origin: string) {
  refuseUnknown(template);
  const pseudo: Record<string, string> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
  };
  const known = new Map<string, References>();

  function references(logicalId: string): References {
    const found = known.get(logicalId);
    if (found) return found;
    const resource = template.Resources[logicalId];
    if (!resource) throw new TemplateRefused(`"${logicalId}" is referred to and not declared`);
    const type = resourceTypes[resource.Type]!;
    const given = type.nameProperty ? resource.Properties?.[type.nameProperty] : undefined;
    const name = given === undefined ? madeName(stackName, logicalId, resource.Type) : String(value(given));
    const made = type.references(name, origin);
    known.set(logicalId, { ...made, ' name': name });
    return known.get(logicalId)!;
  }

  function attribute(logicalId: string, name = 'Ref'): string {
    const made = pseudo[logicalId] ?? references(logicalId)[name];
    if (made === undefined) throw new TemplateRefused(`${logicalId} has no attribute "${name}" here`);
    return made;
  }

  function value(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(value);
    if (node === null || typeof node !== 'object') return node;
    const entries = Object.entries(node);
    const [key, given] = entries[0] ?? [];
    if (entries.length !== 1 || key === undefined || (key !== 'Ref' && !key.startsWith('Fn::'))) {
      return Object.fromEntries(entries.map(([name, child]) => [name, value(child)]));
    }
    return intrinsic(key, given);
  }

  function intrinsic(key: string, given: unknown): unknown {
    switch (key) {
      case 'Ref':
        return attribute(String(given), 'Ref');
      case 'Fn::GetAtt': {
        const [logicalId, name] = given as [string, string];
        return attribute(logicalId, name);
      }
      case 'Fn::Join': {
        const [separator, parts] = given as [string, unknown[]];
        return parts.map(value).join(separator);
      }
      case 'Fn::Sub': {
        const [text, own] = Array.isArray(given) ? (given as [string, Record<string, unknown>]) : [String(given), {}];
        return text.replace(/\$\{([^!}]+)\}/g, (_, name: string) =>
          String(name in own ? value(own[name]) : attribute(...(name.split('.', 2) as [string, string?]))),
        );
      }
      default:
        throw new TemplateRefused(`the intrinsic function ${key} is not known here`);
    }
  }

  const resources = Object.entries(template.Resources).map(([logicalId, { Type, Properties }]): Resource => {
    const made = references(logicalId);
    return {
      logicalId,
      type: Type,
      name: made[' name']!,
      properties: value(Properties ?? {}) as Record<string, unknown>,
      references: made,
    };
  });
  const outputs = Object.fromEntries(
    Object.entries(template.Outputs ?? {}).map(([name, output]) => [name, String(value(output.Value))]),
  );
  return { resources, outputs };
}

function madeName(stackName: string, logicalId: string, type: string): string {
  const name = `${stackName}-${logicalId}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase().slice(0, 63) : name;
}

function refuseUnknown({ Resources }: Template): void {
  const reasons: string[] = [];
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    const type = resourceTypes[Type];
    if (!type) reasons.push(`${logicalId}: resource type ${Type}`);
    else {
      const known = [...type.honoured, ...type.withoutEffect];
      const unknown = Object.keys(Properties ?? {}).filter((property) => !known.includes(property));
      reasons.push(...unknown.map((property) => `${logicalId}: property ${property} of ${Type}`));
    }
  }
  if (reasons.length > 0) throw new TemplateRefused(`not known to the local cloud:\n  ${reasons.join('\n  ')}`);
}
