import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './python-sdk.js';

const SOURCE = join(PACKAGE_ROOT, 'test/peers/java');
const POM = join(SOURCE, 'pom.xml');
const BUILT = join(PACKAGE_ROOT, '.cache/peers/java');

/** The library's release. */
export function javaSdkVersion(): string {
  return /loghub-client-lib<[^]*?<version>([^<]+)/.exec(readFileSync(POM, 'utf8'))?.[1] ?? 'unknown';
}

/**
 * A program with the unmodified official Java consumer library, built in the ignored cache folder. It finds an emulator through {@link Port80}.
 * @returns how to run it
 * @throws Error where Maven or a JDK is missing, or the library can't be fetched
 */
export function javaWithSdk(program: 'Consume' | 'Pull' | 'Forward'): readonly [string, ...string[]] {
  const [classes, libraries] = [join(BUILT, 'classes'), join(BUILT, 'lib')];
  run('mvn', ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${libraries}`]);
  run('javac', ['-cp', join(libraries, '*'), '-d', classes, join(SOURCE, `${program}.java`)]);
  const hosts = `-Djdk.net.hosts.file=${join(SOURCE, 'hosts')}`;
  return ['java', hosts, '-cp', `${classes}:${join(libraries, '*')}`, program];
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
