import 'reflect-metadata';
import type { DurationInput } from '../common/duration.js';

/** What `@TaskLockLeader` says of a class. */
export interface LeaderDeclaration {
  name: string;
  options: { lease?: DurationInput };
}

// A second copy of this package finds what the first one declared.
const LEADER = Symbol.for('nestjs-task-lock:leader');

export function declareLeader(prototype: object, declaration: LeaderDeclaration): void {
  Reflect.defineMetadata(LEADER, declaration, prototype);
}

/** What the class of an instance, or one of its base classes, declares. */
export function leaderDeclarationOf(instance: object): LeaderDeclaration | undefined {
  return Reflect.getMetadata(LEADER, instance) as LeaderDeclaration | undefined;
}
