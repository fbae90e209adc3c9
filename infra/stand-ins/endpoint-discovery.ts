/**
 * Stands in for the SDK's discovery of endpoints in every bundle. DynamoDB answers at the endpoint of its region, or at
 * the one that the environment names; asking it for others was for a service that is no more.
 */
export const resolveEndpointDiscoveryConfig = <T extends { endpointDiscoveryEnabled?: boolean }>(config: T): T => {
  if (config.endpointDiscoveryEnabled)
    throw new Error('Discovery of endpoints is left out of the bundles: see infra/slim.ts');
  return config;
};

export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};
