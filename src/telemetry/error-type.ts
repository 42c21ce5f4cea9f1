import { OTHER } from './attributes.js';

/** A name as classes have it. A text of another shape may be different each time. */
const CLASS_NAME = /^[\p{L}_$][\p{L}\p{N}_$.]{0,99}$/u;

/** The class of a thrown value, which need not be an Error. Never throws. */
export function errorTypeOf(thrown: unknown): string {
  if (thrown === undefined || thrown === null) return OTHER;
  try {
    const { name, constructor } = thrown as { name?: unknown; constructor?: { name?: unknown } };
    // A subclass that sets no name of its own has that of its base class.
    const type = name === undefined || name === 'Error' ? constructor?.name : name;
    return typeof type === 'string' && CLASS_NAME.test(type) ? type : OTHER;
  } catch {
    return OTHER;
  }
}
