import type { Clock } from '../../flow/clock.js';
import { projectDefaults, type ProjectOptions, type SlsEmulatorSettings } from './options.js';
import { Project } from './project.js';
import { refuse } from './service-error.js';
import type { Address } from './project-host.js';

/** The projects of all regions. */
export class Projects {
  readonly #settings: SlsEmulatorSettings;
  readonly #clock: Clock;
  readonly #all = new Map<string, Project>();

  constructor(settings: SlsEmulatorSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    for (const project of settings.projects) this.#all.set(project.name, new Project(project, settings, clock));
  }

  get all(): readonly Project[] {
    return [...this.#all.values()];
  }

  in(region: string | undefined): readonly Project[] {
    return this.all.filter((project) => isThere(project, region));
  }

  /** The one a request is for: an address that names none means the only one there is. @throws ServiceError ProjectNotExist */
  at({ project: name, region }: Address): Project {
    const project = name === undefined && this.#all.size === 1 ? this.all[0] : this.#all.get(name ?? '');
    if (project === undefined || !isThere(project, region)) throw refuse.projectNotExist(name ?? '');
    return project;
  }

  /** By name; without one, the first. @throws ServiceError ProjectNotExist */
  get(name: string | undefined): Project {
    const project = name === undefined ? this.all[0] : this.#all.get(name);
    if (project === undefined) throw refuse.projectNotExist(name ?? '');
    return project;
  }

  create(options: ProjectOptions): void {
    if (this.#all.has(options.name)) throw refuse.projectExists(options.name);
    this.#all.set(options.name, new Project(projectDefaults(options), this.#settings, this.#clock));
  }

  delete(name: string): void {
    this.get(name).stop();
    this.#all.delete(name);
  }

  stop(): void {
    for (const project of this.#all.values()) project.stop();
  }
}

function isThere(project: Project, region: string | undefined): boolean {
  return region === undefined || project.region === undefined || project.region === region;
}
