import { say } from '../say';
import { readServiceFile } from '../serviceFile';
import { nothingImported, type Imported, type ImportedLink } from './imported';
import { standbyByName } from './standbyByName';

/**
 * What a service file of libpq comes to: a node for each section.
 * @param isDefault whether libpq itself finds the file: then nodes name the service, and passwords stay where they are
 */
export function readServices(
  text: string,
  { file, isDefault }: { readonly file: string; readonly isDefault: boolean },
): Imported {
  const { services, notes } = readServiceFile(text);
  const skipped = notes.map((note) => `${file}: ${note}`);
  if (services.size === 0) {
    return nothingImported(skipped[0] ?? say`${file} has no service.`);
  }
  const servers = [...services].flatMap(([name, { params, notes: left }]) => {
    skipped.push(...left.map((note) => say`${file}, service ${name}. ${note}`));
    const { password, sslpassword, ...rest } = params;
    if (name.trim() === '' || name.length > 63 || Object.keys(params).length === 0) {
      skipped.push(say`${file}: a section without a name or a keyword was left out.`);
      return [];
    }
    if (!isDefault && sslpassword !== undefined) {
      skipped.push(say`"sslpassword" of service ${name} in ${file} was left out.`);
    }
    return [
      {
        key: name,
        name,
        connection: isDefault ? { service: name } : withoutSecrets(rest),
        password: isDefault ? null : (password ?? null),
        problem: null,
        evidence: [say`service ${name} in ${file}`],
      },
    ];
  });
  return { name: null, servers, links: linksByName(servers, file), skipped, warnings: [] };
}

function withoutSecrets(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter(([key]) => !/secret|password|scram_/u.test(key)),
  );
}

/** Who follows whom, where only names tell. */
export function linksByName(
  servers: readonly { readonly key: string; readonly name: string }[],
  file: string,
): ImportedLink[] {
  return servers.flatMap(({ key, name }): ImportedLink[] => {
    const others = servers.filter((other) => other.key !== key);
    const upstream = standbyByName(
      name,
      others.map((other) => other.name),
    );
    const from = others.find((other) => other.name === upstream);
    if (from === undefined) return [];
    const evidence = [say`the names ${name} and ${from.name} in ${file}`];
    return [{ kind: 'streaming', from: from.key, to: key, slot: null, evidence }];
  });
}
