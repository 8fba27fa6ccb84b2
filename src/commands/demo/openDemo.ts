import type { ChangeGateway } from '../../core/ports/changeGateway';
import type { SecretStore } from '../../core/ports/secretStore';
import type { Topology } from '../../core/topology';
import { DemoMachine } from '../../demo/demoMachine';
import { REGISTRY } from '../../demo/demoPackages';
import { randomPassword, scramVerifier } from '../../host/scramVerifier';
import { DemoDesk, type DemoDeskDeps } from './demoDesk';

export interface DemoParts {
  /** The extension's own folder on this machine. */
  readonly storage: string;
  readonly environment: {
    readonly variables: Readonly<Record<string, string | undefined>>;
    readonly platform: NodeJS.Platform;
  };
  readonly gateway: Pick<ChangeGateway, 'openChange'>;
  readonly secrets: SecretStore;
  readonly parse: (text: string) => Topology | null;
  readonly desk: Omit<DemoDeskDeps, 'machine'>;
}

/** All of the demo, as one part of the package. */
export function openDemo({
  storage,
  environment,
  gateway,
  secrets,
  parse,
  desk,
}: DemoParts): DemoDesk {
  const machine = new DemoMachine({
    ...environment,
    processor: process.arch,
    storage,
    registry: REGISTRY,
    gateway,
    secrets,
    parse,
    clock: desk.clock,
    randomPassword,
    verifierOf: (password) => scramVerifier(password),
  });
  return new DemoDesk({ ...desk, machine });
}
